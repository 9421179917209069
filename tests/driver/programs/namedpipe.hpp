/* SPDX-License-Identifier: MIT */
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>

class CWin32Error : public std::runtime_error
{
public:
    explicit CWin32Error(const char *pszWhat, DWORD dwError = ::GetLastError())
        : std::runtime_error(std::string(pszWhat) + ": " + Text(dwError)), m_dwError(dwError)
    {
    }
    DWORD Code() const throw() { return m_dwError; }

    static std::string Text(DWORD dwError)
    {
        LPSTR pszText = NULL;
        DWORD cch = ::FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                     FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                                     NULL, dwError, 0, reinterpret_cast<LPSTR>(&pszText), 0, NULL);
        std::string text(pszText ? pszText : "?", pszText ? cch : 1);

        ::LocalFree(pszText);
        return text;
    }

private:
    DWORD m_dwError;
};

class CHandle
{
public:
    CHandle(HANDLE h = INVALID_HANDLE_VALUE) : m_h(h) {}
    CHandle(CHandle &&other) noexcept : m_h(other.Detach()) {}
    CHandle(const CHandle &) = delete;
    CHandle &operator=(const CHandle &) = delete;
    ~CHandle()
    {
        if (m_h != INVALID_HANDLE_VALUE)
            ::CloseHandle(m_h);
    }
    HANDLE Detach()
    {
        HANDLE h = m_h;
        m_h = INVALID_HANDLE_VALUE;
        return h;
    }
    operator HANDLE() const { return m_h; }

private:
    HANDLE m_h;
};

class CPipeStream
{
public:
    explicit CPipeStream(CHandle pipe) : m_pipe(std::move(pipe)) {}

    void Send(const std::string &message)
    {
        DWORD cb;

        if (!::WriteFile(m_pipe, message.data(), static_cast<DWORD>(message.size()), &cb, nullptr))
            throw CWin32Error("WriteFile");
    }

    // False at the end of the conversation.
    bool Receive(std::string &message)
    {
        char chunk[16];
        DWORD cb = 0;
        BOOL whole;

        message.clear();
        do
        {
            whole = ::ReadFile(m_pipe, chunk, _countof(chunk), &cb, nullptr);
            if (!whole && ::GetLastError() == ERROR_BROKEN_PIPE)
                return false;
            if (!whole && ::GetLastError() != ERROR_MORE_DATA)
                throw CWin32Error("ReadFile");
            message.append(chunk, cb);
        } while (!whole);
        return true;
    }

protected:
    CHandle m_pipe;
};
