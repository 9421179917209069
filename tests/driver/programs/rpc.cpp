/* SPDX-License-Identifier: MIT */
// Requests and replies as packed structures over CallNamedPipe, a server class with a pool.
#include <windows.h>
#include <process.h>
#include <stddef.h>
#include <stdio.h>
#include <iostream>
#include <iomanip>
#include <map>
#include <queue>
#include <string>
#include <sstream>
#include <thread>
#include <vector>
#include <algorithm>
#include <functional>
using namespace std;

#pragma pack(push, 1)
typedef struct tagREQUEST
{
    WORD wSize;
    BYTE bOpcode;
    GUID idRequest;
    union {
        struct { LONG lLeft; LONG lRight; } Numbers;
        struct { WORD cb; BYTE Data[ANYSIZE_ARRAY]; } Blob;
        double dValue;
    } u;
} REQUEST, *PREQUEST, FAR *LPREQUEST;

typedef struct tagREPLY
{
    HRESULT hr;
    GUID idRequest;
    FILETIME ftServed;
    LONGLONG llResult;
    DWORD dwThread;
} REPLY, *PREPLY;
#pragma pack(pop)

static_assert(offsetof(REQUEST, u) == 19, "packed");
static_assert(sizeof(REPLY) == 40, "packed");
C_ASSERT(FIELD_OFFSET(REQUEST, u.Blob.Data) == 21);

class CCriticalSection
{
    CRITICAL_SECTION m_cs;
public:
    CCriticalSection()  { ::InitializeCriticalSection(&m_cs); }
    ~CCriticalSection() { ::DeleteCriticalSection(&m_cs); }
    void Lock()   { ::EnterCriticalSection(&m_cs); }
    void Unlock() { ::LeaveCriticalSection(&m_cs); }
    class Guard {
        CCriticalSection &m_r;
    public:
        Guard(CCriticalSection &r) : m_r(r) { m_r.Lock(); }
        ~Guard() { m_r.Unlock(); }
    };
};

template <class T> class CSyncQueue
{
public:
    CSyncQueue() : m_hSemaphore(::CreateSemaphore(NULL, 0, MAXLONG, NULL)) {}
    ~CSyncQueue() { ::CloseHandle(m_hSemaphore); }
    void Push(const T &t) { { CCriticalSection::Guard g(m_cs); m_q.push(t); } ::ReleaseSemaphore(m_hSemaphore, 1, NULL); }
    bool Pop(T &t, HANDLE hStop)
    {
        HANDLE rgh[] = { hStop, m_hSemaphore };
        if (::WaitForMultipleObjects(_countof(rgh), rgh, FALSE, INFINITE) != WAIT_OBJECT_0 + 1)
            return false;
        CCriticalSection::Guard g(m_cs);
        t = m_q.front();
        m_q.pop();
        return true;
    }
private:
    HANDLE m_hSemaphore;
    CCriticalSection m_cs;
    std::queue<T> m_q;
};

class CServer
{
public:
    static const BYTE OP_ADD = 1, OP_SUM = 2, OP_HALF = 3;
    explicit CServer(int nPool) : m_hStop(::CreateEvent(NULL, TRUE, FALSE, NULL)),
        m_hGone(::CreateEvent(NULL, TRUE, FALSE, NULL)), m_lServed(0)
    {
        for (int i = 0; i < nPool; ++i)
            m_threads.push_back(reinterpret_cast<HANDLE>(_beginthreadex(NULL, 0, &CServer::Worker, this, 0, NULL)));
        m_acceptor = thread([this] { Accept(); });
    }
    ~CServer()
    {
        ::SetEvent(m_hStop);
        // The acceptor may be between two instances.
        HANDLE h;
        do
            h = ::CreateFileA("\\\\.\\pipe\\transom-rpc", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
        while (h == INVALID_HANDLE_VALUE && ::WaitForSingleObject(m_hGone, 1) == WAIT_TIMEOUT);
        m_acceptor.join();
        if (h != INVALID_HANDLE_VALUE) ::CloseHandle(h);
        ::WaitForMultipleObjects((DWORD)m_threads.size(), m_threads.data(), TRUE, INFINITE);
        for_each(m_threads.begin(), m_threads.end(), ::CloseHandle);
        ::CloseHandle(m_hStop);
        ::CloseHandle(m_hGone);
    }
    LONG Served() const { return m_lServed; }

private:
    void Accept()
    {
        while (::WaitForSingleObject(m_hStop, 0) != WAIT_OBJECT_0)
        {
            HANDLE hPipe = ::CreateNamedPipeA("\\\\.\\pipe\\transom-rpc", PIPE_ACCESS_DUPLEX,
                PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, PIPE_UNLIMITED_INSTANCES, 0, 0, 0, NULL);
            if (hPipe == INVALID_HANDLE_VALUE)
                return;
            if (::ConnectNamedPipe(hPipe, NULL) || ::GetLastError() == ERROR_PIPE_CONNECTED)
                m_queue.Push(hPipe);
            else
                ::CloseHandle(hPipe);
        }
        ::SetEvent(m_hGone);
    }
    static unsigned __stdcall Worker(void *p)
    {
        CServer *pThis = static_cast<CServer *>(p);
        HANDLE hPipe;
        while (pThis->m_queue.Pop(hPipe, pThis->m_hStop))
        {
            pThis->Serve(hPipe);
            ::FlushFileBuffers(hPipe);
            ::DisconnectNamedPipe(hPipe);
            ::CloseHandle(hPipe);
        }
        return 0;
    }
    void Serve(HANDLE hPipe)
    {
        BYTE buffer[256];
        vector<BYTE> whole;
        DWORD dw;
        for (;;)
        {
            BOOL b = ::ReadFile(hPipe, buffer, sizeof(buffer), &dw, NULL);
            if (!b && ::GetLastError() != ERROR_MORE_DATA)
                return;
            whole.insert(whole.end(), buffer, buffer + dw);
            if (b)
                break;
        }
        const REQUEST &rq = *reinterpret_cast<const REQUEST *>(whole.data());
        REPLY rp = { S_OK, rq.idRequest, { 0, 0 }, 0, ::GetCurrentThreadId() };
        ::GetSystemTimeAsFileTime(&rp.ftServed);
        if (rq.wSize != whole.size())
            rp.hr = HRESULT_FROM_WIN32(ERROR_BAD_LENGTH);
        else switch (rq.bOpcode)
        {
        case OP_ADD:
            rp.llResult = Int32x32To64(rq.u.Numbers.lLeft, 1) + rq.u.Numbers.lRight;
            break;
        case OP_SUM:
            for (WORD i = 0; i < rq.u.Blob.cb; ++i)
                rp.llResult += rq.u.Blob.Data[i];
            break;
        case OP_HALF: rp.llResult = static_cast<LONGLONG>(rq.u.dValue / 2); break;
        default: rp.hr = E_NOTIMPL;
        }
        ::InterlockedIncrement(&m_lServed);
        ::WriteFile(hPipe, &rp, sizeof rp, &dw, NULL);
    }
    HANDLE m_hStop, m_hGone;
    volatile LONG m_lServed;
    CSyncQueue<HANDLE> m_queue;
    vector<HANDLE> m_threads;
    thread m_acceptor;
};

static bool Call(const vector<BYTE> &rq, REPLY &rp, DWORD &dwError)
{
    DWORD dw = 0;
    for (int nTry = 0; nTry < 1000; ++nTry)
    {
        if (::CallNamedPipeA("\\\\.\\pipe\\transom-rpc", const_cast<BYTE *>(rq.data()), (DWORD)rq.size(), &rp, sizeof rp, &dw, NMPWAIT_USE_DEFAULT_WAIT))
            return dw == sizeof rp;
        dwError = ::GetLastError();
        if (dwError != ERROR_FILE_NOT_FOUND && dwError != ERROR_PIPE_BUSY && dwError != ERROR_SEM_TIMEOUT)
            return false;
        ::Sleep(1);
    }
    return false;
}

int main(int, char **)
{
    map<LONGLONG, int> results;
    CCriticalSection cs;
    LONG lServed;
    bool bGuids = true;
    {
        CServer server(3);
        vector<thread> clients;
        for (int c = 0; c < 6; ++c)
            clients.emplace_back([&, c] {
                for (int i = 0; i < 10; ++i)
                {
                    vector<BYTE> v(offsetof(REQUEST, u) + max((size_t)8, (size_t)(2 + c * 1000)));
                    PREQUEST p = reinterpret_cast<PREQUEST>(v.data());
                    p->wSize = (WORD)v.size();
                    p->bOpcode = BYTE(c % 4);
                    GUID id = { (DWORD)c, (WORD)i, 0, { 1, 2, 3, 4, 5, 6, 7, 8 } };
                    p->idRequest = id;
                    if (c % 4 == CServer::OP_ADD) { p->u.Numbers.lLeft = 2000000000; p->u.Numbers.lRight = 2000000000; }
                    if (c % 4 == CServer::OP_SUM) { p->u.Blob.cb = (WORD)(c * 1000); FillMemory(p->u.Blob.Data, c * 1000, 3); }
                    if (c % 4 == CServer::OP_HALF) p->u.dValue = -9.0;
                    REPLY rp; DWORD dwError = 0;
                    ZeroMemory(&rp, sizeof rp);
                    if (!Call(v, rp, dwError)) { printf("call: %lu\n", dwError); return; }
                    CCriticalSection::Guard g(cs);
                    bGuids = bGuids && IsEqualGUID(rp.idRequest, id) && rp.ftServed.dwHighDateTime;
                    ++results[FAILED(rp.hr) ? (LONGLONG)rp.hr : rp.llResult];
                }
            });
        for (auto &t : clients) t.join();
        lServed = server.Served();
    }
    ostringstream os;
    for (const auto &r : results)
        os << setw(12) << r.first << setw(4) << r.second << endl;
    cout << os.str() << lServed << ' ' << boolalpha << bGuids << endl;
    return 0;
}
