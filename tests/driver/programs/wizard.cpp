/* SPDX-License-Identifier: MIT */
// wizard.cpp : Defines the entry point for the console application.
//

#include "stdafx.h"
#include <windows.h>
#include <conio.h>
#include <iostream>
#include <crtdbg.h>
#include <time.h>
#include <malloc.h>
#include <float.h>

using namespace std;

#ifdef _DEBUG
#define new DEBUG_NEW
#endif

#define SAFE_DELETE(p) { if (p) { delete (p); (p) = NULL; } }

typedef struct
{
	DWORD dwSize;
	__int64 i64;
	TCHAR szText[MAX_PATH];
} RECORD, *LPRECORD;

class CRecordPipe
{
public:
	CRecordPipe() : m_hRead(NULL), m_hWrite(NULL)
	{
		if (!::CreatePipe(&m_hRead, &m_hWrite, NULL, sizeof(RECORD) * 2))
			cout << "CreatePipe failed " << ::GetLastError() << endl;
	}
	virtual ~CRecordPipe()
	{
		::CloseHandle(m_hRead);
		::CloseHandle(m_hWrite);
	}
	BOOL Put(const RECORD &rec)
	{
		DWORD dw;
		return ::WriteFile(m_hWrite, &rec, sizeof(rec), &dw, NULL) && dw == sizeof(rec);
	}
	BOOL Get(RECORD &rec)
	{
		DWORD dw;
		return ::ReadFile(m_hRead, &rec, sizeof(rec), &dw, NULL) && dw == sizeof(rec);
	}

private:
	HANDLE m_hRead, m_hWrite;
};

int _tmain(int argc, _TCHAR* argv[])
{
	_CrtSetDbgFlag(_CRTDBG_ALLOC_MEM_DF | _CRTDBG_LEAK_CHECK_DF);
	_ASSERTE(argc > 0);

	CRecordPipe *pPipe = new CRecordPipe;
	RECORD rec, *pBack = (RECORD *)_alloca(sizeof(RECORD));
	TCHAR *pszNext = NULL;

	SecureZeroMemory(&rec, sizeof(rec));
	rec.dwSize = sizeof(rec);
	rec.i64 = -1i64 * 0x123456789AI64;
	_tcscpy_s(rec.szText, _T("one,two;three"));
	_tcscat_s(rec.szText, _countof(rec.szText), _T(",four"));
	if (!pPipe->Put(rec) || !pPipe->Get(*pBack))
		return 1;
	for (TCHAR *psz = _tcstok_s(pBack->szText, _T(",;"), &pszNext); psz != NULL;
	     psz = _tcstok_s(NULL, _T(",;"), &pszNext))
		_tprintf(_T("[%s]"), psz);
	_tprintf_s(_T(" %I64d %I64x %lu %d\n"), pBack->i64, pBack->i64 & 0xFFFF,
		   pBack->dwSize == sizeof(RECORD), (int)_tcslen(argv[0]) > 0);
	cout << "sizes " << sizeof(DWORD) << sizeof(LONG) << sizeof(WCHAR) << sizeof(LONGLONG) << endl;
	SAFE_DELETE(pPipe);
	_getch();
	return 0;
}
