/* SPDX-License-Identifier: MIT */
// redirect.cpp - a class that runs a command with its three standard streams redirected, reading by
// peeking, the way articles about "console redirection" do.
#include <windows.h>
#include <tchar.h>
#include <stdio.h>
#include <string>
#include <vector>
#include <stdexcept>
#include <memory>

namespace win {

class error : public std::runtime_error
{
public:
    explicit error(const char *what, DWORD code = ::GetLastError())
        : std::runtime_error(text(what, code)), m_code(code)
    {
    }
    DWORD code() const noexcept { return m_code; }

private:
    static std::string text(const char *what, DWORD code)
    {
        char buffer[256] = "";
        DWORD n = ::FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                       FORMAT_MESSAGE_MAX_WIDTH_MASK,
                                   nullptr, code, 0, buffer, _countof(buffer), nullptr);
        std::string s(what);
        s += ": ";
        s.append(buffer, n);
        while (!s.empty() && (s.back() == ' ' || s.back() == '\n' || s.back() == '\r'))
            s.pop_back();
        return s;
    }
    DWORD m_code;
};

class handle
{
public:
    handle() : m_h(NULL) {}
    explicit handle(HANDLE h) : m_h(h) {}
    ~handle() { close(); }
    handle(handle &&other) : m_h(other.m_h) { other.m_h = NULL; }
    handle &operator=(handle &&other)
    {
        std::swap(m_h, other.m_h);
        return *this;
    }
    HANDLE *operator&() { close(); return &m_h; }
    operator HANDLE() const { return m_h; }
    void close()
    {
        if (m_h != NULL && m_h != INVALID_HANDLE_VALUE)
            ::CloseHandle(m_h);
        m_h = NULL;
    }

private:
    handle(const handle &);
    handle &operator=(const handle &);
    HANDLE m_h;
};

} // namespace win

class CRedirector
{
public:
    CRedirector() : m_dwExitCode(STILL_ACTIVE) {}
    virtual ~CRedirector() {}

    void Open(LPCTSTR pszCommand)
    {
        win::handle hOutRead, hInWrite, hOutWrite, hInRead, hErrWrite;
        SECURITY_ATTRIBUTES sa = { sizeof(SECURITY_ATTRIBUTES), NULL, TRUE };

        if (!::CreatePipe(&hOutRead, &hOutWrite, &sa, 0))
            throw win::error("CreatePipe");
        // The child may close one of its two copies early.
        if (!::DuplicateHandle(::GetCurrentProcess(), hOutWrite, ::GetCurrentProcess(), &hErrWrite, 0,
                               TRUE, DUPLICATE_SAME_ACCESS))
            throw win::error("DuplicateHandle");
        if (!::CreatePipe(&hInRead, &hInWrite, &sa, 0))
            throw win::error("CreatePipe");
        // Our ends again, not inheritable this time; the first ones are closed on the way.
        if (!::DuplicateHandle(::GetCurrentProcess(), hOutRead, ::GetCurrentProcess(), &m_hRead, 0,
                               FALSE, DUPLICATE_SAME_ACCESS) ||
            !::DuplicateHandle(::GetCurrentProcess(), hInWrite, ::GetCurrentProcess(), &m_hWrite, 0,
                               FALSE, DUPLICATE_SAME_ACCESS))
            throw win::error("DuplicateHandle");
        hOutRead.close();
        hInWrite.close();
        Launch(pszCommand, hInRead, hOutWrite, hErrWrite);
    }

    void Write(const void *data, size_t size)
    {
        DWORD written = 0;
        if (!::WriteFile(m_hWrite, data, static_cast<DWORD>(size), &written, NULL))
            throw win::error("WriteFile");
    }

    void EndOfInput() { m_hWrite.close(); }

    // False when the child has closed its output.
    bool Poll()
    {
        for (;;)
        {
            DWORD dwAvail = 0;
            if (!::PeekNamedPipe(m_hRead, NULL, 0, NULL, &dwAvail, NULL))
            {
                if (::GetLastError() == ERROR_BROKEN_PIPE)
                    return false;
                throw win::error("PeekNamedPipe");
            }
            if (!dwAvail)
                return true;
            std::vector<char> buffer(min(dwAvail, 256u));
            DWORD dwRead = 0;
            if (!::ReadFile(m_hRead, &buffer[0], DWORD(buffer.size()), &dwRead, NULL) || !dwRead)
                throw win::error("ReadFile");
            OnOutput(&buffer[0], dwRead);
        }
    }

    DWORD Close()
    {
        if (m_hProcess)
        {
            if (::WaitForSingleObject(m_hProcess, 10000) != WAIT_OBJECT_0)
                ::TerminateProcess(m_hProcess, DWORD(-2));
            ::GetExitCodeProcess(m_hProcess, &m_dwExitCode);
        }
        m_hProcess.close();
        m_hRead.close();
        return m_dwExitCode;
    }

protected:
    virtual void OnOutput(const char *text, DWORD size) = 0;

private:
    void Launch(LPCTSTR pszCommand, HANDLE hIn, HANDLE hOut, HANDLE hErr)
    {
        STARTUPINFO si;
        PROCESS_INFORMATION pi;
        std::vector<TCHAR> line(pszCommand, pszCommand + _tcslen(pszCommand) + 1);

        ::ZeroMemory(&si, sizeof(STARTUPINFO));
        si.cb = sizeof(STARTUPINFO);
        si.hStdInput = hIn;
        si.hStdOutput = hOut;
        si.hStdError = hErr;
        si.wShowWindow = SW_HIDE;
        si.dwFlags = STARTF_USESHOWWINDOW | STARTF_USESTDHANDLES;
        if (!::CreateProcess(NULL, &line[0], NULL, NULL, TRUE, CREATE_NEW_CONSOLE, NULL, NULL, &si, &pi))
            throw win::error("CreateProcess");
        ::CloseHandle(pi.hThread);
        win::handle process(pi.hProcess);
        m_hProcess = std::move(process);
    }

    win::handle m_hRead, m_hWrite, m_hProcess;
    DWORD m_dwExitCode;
};

class CCollector : public CRedirector
{
public:
    std::string m_text;

private:
    virtual void OnOutput(const char *text, DWORD size) { m_text.append(text, size); }
};

static void Run(LPCTSTR command, const char *input)
{
    CCollector collector;

    try
    {
        collector.Open(command);
        if (input)
            collector.Write(input, strlen(input));
        collector.EndOfInput();
        while (collector.Poll())
            ::Sleep(5);
        DWORD code = collector.Close();
        printf("%lu: %s", code, collector.m_text.c_str());
    }
    catch (const win::error &e)
    {
        printf("error %lu, %s\n", e.code(), e.what());
    }
}

int _tmain(int argc, TCHAR **argv)
{
    if (argc > 1 && !_tcscmp(argv[1], _T("child")))
    {
        HANDLE hIn = ::GetStdHandle(STD_INPUT_HANDLE), hOut = ::GetStdHandle(STD_OUTPUT_HANDLE);
        char c;
        DWORD n, total = 0;

        while (::ReadFile(hIn, &c, 1, &n, NULL) && n)
            total++;
        if (::GetLastError() != ERROR_BROKEN_PIPE)
            return 1;
        fprintf(stderr, "child: %lu bytes;", total);
        fflush(stderr);
        std::unique_ptr<char[]> text(new char[64]);
        wsprintfA(text.get(), " type %lu\n", ::GetFileType(hOut));
        ::WriteFile(hOut, text.get(), lstrlenA(text.get()), &n, NULL);
        return (int)0xFEDCBA98;
    }

    TCHAR szSelf[MAX_PATH], szLine[MAX_PATH + 16];
    ::GetModuleFileName(NULL, szSelf, MAX_PATH);
    _sntprintf(szLine, _countof(szLine), _T("\"%s\" child"), szSelf);
    Run(szLine, "some text");
    Run(szLine, NULL);
    Run(_T("sort -r"), "b\na\nc\n");
    Run(_T("sh -c \"echo out; echo err >&2; exit 7\""), NULL);
    Run(_T("no-such-program.exe"), NULL);
    return 0;
}
