/* SPDX-License-Identifier: MIT */
// A server and several clients in one program: classes, exceptions, std::thread.
#include "namedpipe.hpp"

#include <algorithm>
#include <atomic>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include <tchar.h>

static LPCTSTR const c_pszName = _T("\\\\.\\pipe\\chat");

class CServer
{
public:
    explicit CServer(unsigned nClients) : m_nClients(nClients) {}

    void Run()
    {
        std::vector<std::thread> threads;

        for (unsigned i = 0; i < m_nClients; ++i)
        {
            CHandle pipe(::CreateNamedPipe(c_pszName, PIPE_ACCESS_DUPLEX,
                                           PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                                           PIPE_UNLIMITED_INSTANCES, 256, 256, 0, nullptr));
            if (pipe == INVALID_HANDLE_VALUE)
                throw CWin32Error("CreateNamedPipe");
            if (!::ConnectNamedPipe(pipe, nullptr) && ::GetLastError() != ERROR_PIPE_CONNECTED)
                throw CWin32Error("ConnectNamedPipe");
            threads.emplace_back(&CServer::Talk, this,
                                 std::make_shared<CPipeStream>(std::move(pipe)));
        }
        std::for_each(threads.begin(), threads.end(), [](std::thread &t) { t.join(); });
    }

    std::map<std::string, int> Words() const { return m_words; }

private:
    void Talk(std::shared_ptr<CPipeStream> stream)
    {
        std::string line;

        while (stream->Receive(line))
        {
            std::istringstream words(line);
            std::string word;
            std::lock_guard<std::mutex> lock(m_mutex);

            while (words >> word)
                ++m_words[word];
            stream->Send("echo: " + line);
        }
    }

    unsigned m_nClients;
    std::mutex m_mutex;
    std::map<std::string, int> m_words;
};

class CClient : public CPipeStream
{
public:
    CClient() : CPipeStream(Open()) {}

    std::string Ask(const std::string &question)
    {
        std::string answer;

        Send(question);
        if (!Receive(answer))
            throw CWin32Error("Receive");
        return answer;
    }

private:
    static CHandle Open()
    {
        DWORD dwMode = PIPE_READMODE_MESSAGE;

        for (;;)
        {
            CHandle pipe(::CreateFile(c_pszName, GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                      OPEN_EXISTING, 0, nullptr));
            if (pipe != INVALID_HANDLE_VALUE)
            {
                if (!::SetNamedPipeHandleState(pipe, &dwMode, nullptr, nullptr))
                    throw CWin32Error("SetNamedPipeHandleState");
                return pipe;
            }
            if (::GetLastError() != ERROR_PIPE_BUSY && ::GetLastError() != ERROR_FILE_NOT_FOUND)
                throw CWin32Error("CreateFile");
            if (!::WaitNamedPipe(c_pszName, 100))
                ::Sleep(5);
        }
    }
};

int _tmain(int argc, _TCHAR *argv[])
{
    using namespace std;
    const unsigned nClients = argc > 1 ? _ttoi(argv[1]) : 4;
    atomic<size_t> bytes(0);

    try
    {
        CServer server(nClients);
        thread serving([&server] { server.Run(); });
        vector<thread> clients;

        for (unsigned i = 0; i < nClients; ++i)
            clients.emplace_back([i, &bytes] {
                CClient client;

                for (int j = 0; j < 20; ++j)
                    bytes += client.Ask("word number" + to_string(i) + " from a long line").size();
            });
        for (thread &t : clients)
            t.join();
        serving.join();
        for (const auto &word : server.Words())
            cout << setw(8) << left << word.first << right << setw(4) << word.second << endl;
        cout << bytes << " bytes" << endl;
    }
    catch (const CWin32Error &error)
    {
        cerr << error.what() << " (" << error.Code() << ")" << endl;
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
