#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line of transom-cc: test_transom_cc.py TRANSOM_CC"""
import os
import shutil
import sys
from pathlib import Path

from driver import Place, need, run_cases, tap, write

HELLO = """
#include <windows.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    printf("%lu %s\\n", GetCurrentProcessId() ? (DWORD)argc : 0, argc > 1 ? argv[1] : "-");
    return 7;
}
"""
HELLO_OUT = "2 x\n"
ECHO_WIDE = """
#include <windows.h>
#include <stdio.h>
#include <tchar.h>
int NAME(int argc, TYPE *argv[])
{
    int i;

    for (i = 1; i < argc; i++)
        _tprintf(_T("[%s]"), argv[i]);
    return argc;
}
"""
WORDS = ["grün", "日本", "\U0001f600", "a b", ""]
ECHOED = "".join(f"[{word}]" for word in WORDS)


def main():
    place = Place(Path(sys.argv[1]).resolve())
    cases = []

    def case(function):
        cases.append(function)
        return function

    def hello(*words, **more):
        """Compiles hello.c with these words, runs the program from the root of the system."""
        folder = place.folder()
        write(folder, hello_c=HELLO)
        made = place.cc("-o", "hello", *words, "hello.c", cwd=folder, **more)
        return made.expect() or place.run(folder / "hello", "x", cwd="/").expect(7, HELLO_OUT)

    def echoes(name, words, source=ECHO_WIDE, suffix="c", compiler=None):
        folder = place.folder()
        (folder / f"echo.{suffix}").write_text(
            source.replace("NAME", name).replace("TYPE", "TCHAR"), encoding="utf-8")
        made = place.cc(*words, f"echo.{suffix}", "-o", "echo", cwd=folder, compiler=compiler)
        return made.expect() or place.run(folder / "echo", *WORDS).expect(1 + len(WORDS), ECHOED)

    @case
    def one_source_becomes_a_program_that_runs_from_anywhere():
        return hello()

    @case
    def without_o_the_program_is_a_out():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        return (place.cc("hello.c", cwd=folder).expect() or
                place.run(folder / "a.out", "x").expect(7, HELLO_OUT))

    @case
    def gcc_is_chosen():
        return hello(compiler="gcc")

    @case
    def clang_is_chosen():
        return hello(compiler="clang")

    @case
    def a_compiler_is_chosen_by_its_path():
        need("clang")
        return hello(compiler=shutil.which("clang"))

    @case
    def a_compiler_that_is_not_there_is_named():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        made = place.cc("hello.c", cwd=folder, TRANSOM_CC="no-such-compiler")
        return made.expect_failure("no-such-compiler")

    @case
    def statically_linked_programs_run():
        return hello("-static")

    @case
    def statically_linked_with_clang_programs_run():
        return hello("-static", compiler="clang")

    @case
    def a_static_program_needs_no_library():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        wrong = place.cc("-static", "-o", "hello", "hello.c", cwd=folder).expect()
        if wrong:
            return wrong
        needed = place.run("readelf", "-d", folder / "hello")
        return needed.told("it needs libraries") if "NEEDED" in needed.out else []

    @case
    def options_for_the_optimizer_and_the_debugger_are_passed_on():
        return hello("-O2", "-g", "-Wall", "-Wextra", "-Werror", "-fstack-protector-strong", "-pie",
                     "-fPIE")

    @case
    def sanitizers_are_passed_on():
        return hello("-fsanitize=undefined", "-fno-sanitize-recover")

    @case
    def the_optimizer_at_link_time_works():
        return hello("-flto", "-O2")

    @case
    def fortify_is_taken_back():
        return hello("-O2", "-D_FORTIFY_SOURCE=2")

    @case
    def several_sources_become_one_program():
        folder = place.folder()
        write(folder, one_c="""
            #include <windows.h>
            DWORD two(DWORD);
            int main(void) { return (int)two(20); }
            """, two_c="#include <windows.h>\nDWORD two(DWORD n) { return n + 1; }\n")
        return (place.cc("-o", "both", "one.c", "two.c", cwd=folder).expect() or
                place.run(folder / "both").expect(21))

    @case
    def sources_of_one_name_in_two_folders_do_not_meet():
        folder = place.folder()
        (folder / "a").mkdir()
        (folder / "b").mkdir()
        write(folder / "a", x_c="int other(void);\nint main(void) { return other(); }\n")
        write(folder / "b", x_c="int other(void) { return 9; }\n")
        return (place.cc("-o", "both", "a/x.c", "b/x.c", cwd=folder).expect() or
                place.run(folder / "both").expect(9))

    @case
    def compiling_and_linking_apart_works():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        return (place.cc("-c", "hello.c", cwd=folder).expect() or
                ([] if (folder / "hello.o").is_file() else ["hello.o was not made"]) or
                place.cc("hello.o", "-o", "hello", cwd=folder).expect() or
                place.run(folder / "hello", "x").expect(7, HELLO_OUT))

    @case
    def c_with_o_names_the_object():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        return (place.cc("-c", "hello.c", "-o", "other.obj", cwd=folder).expect() or
                place.cc("other.obj", "-ohello", cwd=folder).expect() or
                place.run(folder / "hello", "x").expect(7, HELLO_OUT))

    @case
    def c_with_o_and_two_sources_is_refused():
        folder = place.folder()
        write(folder, a_c="", b_c="")
        return place.cc("-c", "a.c", "b.c", "-o", "c.o", cwd=folder).expect_failure("-o")

    def cpp_program(compiler):
        folder = place.folder()
        write(folder, main_cpp="""
            #include <windows.h>
            #include <cstdio>
            #include <memory>
            #include <string>
            #include <thread>
            #include <vector>
            int main()
            {
                std::vector<std::string> all;
                std::thread worker([&] { all.push_back("made by a thread"); });
                worker.join();
                auto copy = std::make_unique<std::string>(all.at(0));
                DWORD number = 42;
                std::printf("%s %lu %I64d\\n", copy->c_str(), number, (LONGLONG)-1);
                return 0;
            }
            """)
        return (place.cc("-o", "main", "main.cpp", cwd=folder, compiler=compiler).expect() or
                place.run(folder / "main").expect(0, "made by a thread 42 -1\n"))

    @case
    def cpp_with_gcc_works():
        return cpp_program("gcc")

    @case
    def cpp_with_clang_works():
        return cpp_program("clang")

    @case
    def c_and_cpp_link_together():
        folder = place.folder()
        write(folder, main_c="int add(int a, int b);\nint main(void) { return add(2, 3); }\n",
              add_cpp="""
              #include <string>
              extern "C" int add(int a, int b)
              {
                  return (int)(std::string(a, 'x') + std::string(b, 'y')).size();
              }
              """)
        return (place.cc("-o", "main", "main.c", "add.cpp", cwd=folder).expect() or
                place.run(folder / "main").expect(5) or
                place.cc("-c", "main.c", "add.cpp", cwd=folder).expect() or
                place.cc("-o", "linked", "main.o", "add.o", cwd=folder).expect() or
                place.run(folder / "linked").expect(5))

    def beginnings():
        wide = ECHO_WIDE.replace("_tprintf(_T", "wprintf(").replace('("[%s]")', 'L"[%s]"')
        for compiler in ("gcc", "clang"):
            for suffix in ("c", "cpp"):
                label = f"{compiler}_{suffix}"
                yield (f"a_tmain_of_{label}_gets_its_words", lambda c=compiler, s=suffix:
                       echoes("_tmain", [], suffix=s, compiler=c))
                yield (f"a_tmain_of_{label}_with_UNICODE_gets_its_words",
                       lambda c=compiler, s=suffix:
                       echoes("_tmain", ["-DUNICODE", "-D_UNICODE"], suffix=s, compiler=c))
                yield (f"a_wmain_of_{label}_gets_its_words", lambda c=compiler, s=suffix:
                       echoes("wmain", [], source=wide.replace("TYPE", "wchar_t"), suffix=s,
                              compiler=c))

    @case
    def one_of_the_unicode_words_stands_for_both():
        return (echoes("_tmain", ["-DUNICODE"]) or echoes("_tmain", ["-D", "_UNICODE"]) or
                echoes("_tmain", ["-municode"]))

    def winmain(name, char, words):
        folder = place.folder()
        source = f"""
            #include <windows.h>
            #include <stdio.h>
            int WINAPI {name}(HINSTANCE instance, HINSTANCE previous, {char} *line, int show)
            {{
                printf(sizeof(*line) == 1 ? "%s" : "%S", line);
                return previous ? 1 : 5;
            }}
            """
        write(folder, win_c=source, win_cpp=source)
        for file in ("win.c", "win.cpp"):
            wrong = (place.cc(*words, "-o", "win", file, cwd=folder).expect() or
                     place.run(folder / "win", "one", "two words").expect(5, 'one "two words"'))
            if wrong:
                return wrong
        return []

    @case
    def winmain_gets_the_command_line():
        return winmain("WinMain", "char", ["-mwindows"])

    @case
    def wwinmain_gets_the_command_line():
        return winmain("wWinMain", "WCHAR", [])

    def void_mains():
        for name in ("main", "_tmain", "wmain"):
            for words in ([], ["-DUNICODE"]):
                for suffix in ("c", "cpp"):
                    for compiler in ("gcc", "clang"):
                        unicode = "_with_UNICODE" if words else ""
                        yield (f"void_{name}_of_{compiler}_{suffix}{unicode}_ends_with_0",
                               lambda n=name, w=words, s=suffix, c=compiler: void_main(n, w, s, c))

    def void_main(name, words, suffix, compiler):
        folder = place.folder()
        kind = {"main": "char", "_tmain": "TCHAR", "wmain": "wchar_t"}[name]
        (folder / f"v.{suffix}").write_text(f"""
            #include <windows.h>
            #include <stdio.h>
            #include <tchar.h>
            /* void main(void) {{ in a comment }} */
            VOID __cdecl {name}(int argc, {kind} *argv[])
            {{
                printf(sizeof(**argv) == 1 ? "%d %s" : "%d %S", argc, argv[1]);
            }}
            """, encoding="utf-8")
        return (place.cc(*words, "-o", "v", f"v.{suffix}", cwd=folder, compiler=compiler).expect()
                or place.run(folder / "v", "é").expect(0, "2 é"))

    @case
    def a_main_in_a_comment_or_a_text_or_left_out_is_none():
        folder = place.folder()
        write(folder, m_c="""
            // void main(void) {
            const char *text = "void main() {";
            #ifdef OTHER
            void main(void) {}
            #endif
            int main(void) { return 4; }
            """)
        write(folder, n_c="""
            #ifdef OTHER
            void main(void) {}
            #else
            int main(void) { return 4; }
            #endif
            """)
        return (place.cc("-o", "m", "m.c", cwd=folder).expect() or
                place.run(folder / "m").expect(4) or
                place.cc("-o", "n", "n.c", cwd=folder).expect() or
                place.run(folder / "n").expect(4))

    @case
    def win32_is_defined_only_when_asked_for():
        source = """
            #ifdef _WIN32
            windows
            #endif
            #ifdef __TRANSOM__
            transom
            #endif
            """
        for language in ("c", "c++"):
            for words, wanted in (([], ["transom"]), (["--win32"], ["windows", "transom"])):
                done = place.cc("-E", "-P", "-x", language, *words, "-", text=source)
                if done.out.split() != wanted:
                    return done.told(f"{wanted} was expected")
        return hello("--win32")

    @case
    def a_shared_library_is_made_and_used():
        folder = place.folder()
        write(folder, lib_c="""
            #include <windows.h>
            #include <stdio.h>
            __declspec(dllexport) int __cdecl shown(DWORD n) { return printf("%lu\\n", n); }
            """, main_c="int shown(unsigned);\nint main(void) { return shown(12); }\n")
        return (place.cc("-shared", "-fPIC", "-o", "libshown.so", "lib.c", cwd=folder).expect() or
                place.cc("-o", "main", "main.c", "-L.", "-lshown", f"-Wl,-rpath,{folder}",
                         cwd=folder).expect() or
                place.run(folder / "main").expect(3, "12\n"))

    @case
    def an_archive_is_linked():
        folder = place.folder()
        write(folder, a_c="int a(void) { return 6; }\n",
              main_c="int a(void);\nint main(void) { return a(); }\n")
        return (place.cc("-c", "a.c", cwd=folder).expect() or
                place.run("ar", "rcs", folder / "liba.a", folder / "a.o").expect() or
                place.cc("main.c", "-L.", "-la", "-o", "main", cwd=folder).expect() or
                place.run(folder / "main").expect(6) or
                place.cc("main.c", "liba.a", "-o", "again", cwd=folder).expect() or
                place.run(folder / "again").expect(6))

    @case
    def libraries_of_windows_are_left_out():
        return hello("-lkernel32", "-l", "user32", "-ladvapi32", "-mconsole")

    wide_program = """
        #include <windows.h>
        #include <string>
        int main(int argc, char **)
        {
            std::wstring s(argc, L'x');
            s += L"yz";
            return (int)s.size();
        }
        """

    def wide(*words, compiler):
        folder = place.folder()
        write(folder, w_cpp=wide_program)
        return folder, place.cc(*words, "-o", "w", "w.cpp", cwd=folder, compiler=compiler)

    def wide_refusals():
        for compiler in ("gcc", "clang"):
            for level in ("-O0", "-O2"):
                yield (f"wide_strings_of_libstdcpp_are_refused_by_{compiler}_{level[1:]}",
                       lambda c=compiler, o=level: wide_refused(c, o))
                yield (f"native_wchar_allows_them_with_{compiler}_{level[1:]}",
                       lambda c=compiler, o=level: wide_allowed(c, o))

    def wide_refused(compiler, level):
        folder, made = wide(level, compiler=compiler)
        return (made.expect_failure("w.cpp uses std::wstring", "32 bits", "--native-wchar") or
                (["a program was made"] if (folder / "w").exists() else []))

    def wide_allowed(compiler, level):
        folder, made = wide(level, "--native-wchar", compiler=compiler)
        return made.expect() or place.run(folder / "w", "1").expect(4)

    @case
    def an_object_with_wide_strings_is_refused_when_it_is_linked():
        folder = place.folder()
        write(folder, w_cpp=wide_program)
        return (place.cc("-c", "w.cpp", cwd=folder).expect() or
                place.cc("w.o", "-o", "w", cwd=folder).expect_failure("w.o uses std::wstring"))

    @case
    def wcout_is_refused_with_its_name():
        folder = place.folder()
        write(folder, w_cpp='#include <iostream>\nint main() { std::wcout << L"x"; }\n')
        return place.cc("w.cpp", cwd=folder).expect_failure("w.cpp uses std::w", "32 bits")

    @case
    def narrow_and_16_bit_strings_of_libstdcpp_are_allowed():
        folder = place.folder()
        write(folder, s_cpp="""
            #include <iostream>
            #include <sstream>
            #include <string>
            #include <string_view>
            int main()
            {
                std::wstring_view view = L"abc";
                std::u16string wide(u"four");
                std::ostringstream text;
                text << view.size() << wide.size();
                std::cout << text.str() << std::endl;
            }
            """)
        return (place.cc("s.cpp", "-O1", "-o", "s", cwd=folder).expect() or
                place.run(folder / "s").expect(0, "34\n"))

    @case
    def native_wchar_keeps_TEXT_at_16_bits():
        folder = place.folder()
        write(folder, n_c="""
            #include <windows.h>
            #include <tchar.h>
            int main(void)
            {
                _tprintf(_T("%s %d %d\\n"), TEXT("a") TEXT("b"), (int)sizeof(L'x'),
                         (int)sizeof(TEXT("x")[0]));
                return lstrlen(TEXT("abc"));
            }
            """)
        return (place.cc("--native-wchar", "-DUNICODE", "n.c", "-o", "n", cwd=folder).expect() or
                place.run(folder / "n").expect(3, "ab 4 2\n"))

    @case
    def every_spelling_of_a_text_names_the_same_pipe():
        folder = place.folder()
        source = """
            #include <windows.h>
            #include <tchar.h>
            #define NAME L"\\\\\\\\.\\\\pipe\\\\x"
            int main(void)
            {
                const WCHAR *one = NAME;
                LPCWSTR two = L"\\\\\\\\.\\\\pipe\\\\" L"x";
                LPCTSTR three = TEXT("\\\\\\\\.\\\\pipe\\\\x");
                TCHAR four[] = TEXT("\\\\\\\\.\\\\pipe\\\\") _T("x");
                const TCHAR *five = TEXT("\\\\\\\\.") TEXT("\\\\pipe\\\\x");

                return lstrcmpW(one, two) || lstrcmp(three, four) || lstrcmp(four, five) ||
                       lstrlen(five) != 10;
            }
            """
        write(folder, t_c=source.replace('_T("x")', '_T("x")'), t_cpp=source)
        for file in ("t.c", "t.cpp"):
            for words in ([], ["-DUNICODE"]):
                for compiler in ("gcc", "clang"):
                    wrong = (place.cc("-Werror", *words, file, "-o", "t", cwd=folder,
                                      compiler=compiler).expect() or
                             place.run(folder / "t").expect())
                    if wrong:
                        return wrong
        return []

    @case
    def TEXT_mixes_with_L_when_UNICODE_is_defined():
        folder = place.folder()
        write(folder, t_c="""
            #include <windows.h>
            #include <tchar.h>
            int main(void) { return lstrlenW(TEXT("a") L"b" _T("c") L"d"); }
            """)
        return (place.cc("-DUNICODE", "t.c", "-o", "t", cwd=folder).expect() or
                place.run(folder / "t").expect(4))

    @case
    def headers_may_be_spelled_as_people_spell_them():
        for names in (("Windows.h", "TChar.h", "StrSafe.h"), ("WINDOWS.H", "TCHAR.H", "strsafe.h"),
                      ("windows.h", "Tchar.h", "Strsafe.h"), ("WinBase.h", "Process.h", "Conio.h")):
            source = "".join(f"#include <{name}>\n" for name in names)
            wrong = place.cc("-fsyntax-only", "-x", "c", "-", text=source).expect()
            if wrong:
                return wrong
        return []

    @case
    def the_preprocessor_writes_to_a_file_or_to_the_output():
        folder = place.folder()
        write(folder, p_c="__TRANSOM__ marker\n")
        done = place.cc("-E", "p.c", cwd=folder)
        wrong = done.expect() or ([] if "1 marker" in done.out else done.told("no marker"))
        if wrong:
            return wrong
        wrong = place.cc("-E", "p.c", "-o", "p.i", cwd=folder).expect()
        return wrong or ([] if "1 marker" in tap.read(folder / "p.i") else ["p.i has no marker"])

    @case
    def S_makes_an_assembler_file():
        folder = place.folder()
        write(folder, s_c="int answer(void) { return 42; }\n")
        return (place.cc("-S", "s.c", cwd=folder).expect() or
                ([] if "answer" in tap.read(folder / "s.s") else ["s.s has no answer"]) or
                place.cc("-c", "s.s", "-o", "s.o", cwd=folder).expect())

    @case
    def assembler_sources_are_assembled_and_linked():
        folder = place.folder()
        write(folder, s_c="int answer(void) { return 42; }\n",
              main_c="int answer(void);\nint main(void) { return answer(); }\n")
        return (place.cc("-S", "s.c", cwd=folder).expect() or
                place.cc("main.c", "s.s", "-o", "main", cwd=folder).expect() or
                place.run(folder / "main").expect(42))

    @case
    def dependencies_are_written():
        folder = place.folder()
        write(folder, d_c='#include "d.h"\nint main(void) { return D; }\n', d_h="#define D 3\n")
        for words, file in ((["-c", "-MD"], "d.d"), (["-c", "-MMD", "-MF", "x.dep"], "x.dep"),
                            (["-MMD", "-MF", "y.dep", "-MT", "all", "-o", "d"], "y.dep")):
            wrong = place.cc(*words, "d.c", cwd=folder).expect()
            if wrong or "d.h" not in tap.read(folder / file):
                return wrong or [f"{file} does not name d.h"]
        done = place.cc("-MM", "d.c", cwd=folder)
        return done.expect(0, "d.o: d.c d.h\n") or place.run(folder / "d").expect(3)

    @case
    def dependencies_survive_a_link_in_one_go():
        folder = place.folder()
        write(folder, d_c="int main(void) { return 3; }\n")
        wrong = place.cc("-MD", "d.c", "-o", "d", cwd=folder).expect()
        left = sorted(path.name for path in folder.iterdir())
        return wrong or ([] if left == ["d", "d-d.d", "d.c"] else [f"left in the folder: {left}"])

    @case
    def a_source_comes_from_standard_input():
        folder = place.folder()
        return (place.cc("-x", "c", "-", "-o", "i", cwd=folder, text=HELLO).expect() or
                place.run(folder / "i", "x").expect(7, HELLO_OUT) or
                place.cc("-xc++", "-", "-o", "j", cwd=folder, text=HELLO).expect() or
                place.run(folder / "j", "x").expect(7, HELLO_OUT))

    @case
    def x_none_ends_the_language():
        folder = place.folder()
        write(folder, one_txt="int two(void);\nint main(void) { return two(); }\n",
              two_c="int two(void) { return 2; }\n")
        return (place.cc("-x", "c", "one.txt", "-x", "none", "two.c", "-o", "x",
                         cwd=folder).expect() or place.run(folder / "x").expect(2))

    @case
    def paths_and_values_with_spaces_arrive_whole():
        folder = place.folder()
        (folder / "the headers").mkdir()
        write(folder / "the headers", value_h="#define VALUE 8\n")
        (folder / "a source.c").write_text("""
            #include <value.h>
            #include <string.h>
            int main(void) { return strcmp(TEXT, "two words") ? 1 : VALUE; }
            """, encoding="utf-8")
        return (place.cc("-I", "the headers", '-DTEXT="two words"', "a source.c", "-o", "a program",
                         cwd=folder).expect() or place.run(folder / "a program").expect(8) or
                place.cc("-Ithe headers", "-D", 'TEXT="two words"', folder / "a source.c",
                         "-oother", cwd=folder).expect() or
                place.run(folder / "other").expect(8))

    @case
    def an_included_file_and_a_language_standard_are_passed_on():
        folder = place.folder()
        write(folder, pre_h="#define PRE 5\n", m_c="int main(void) { return PRE; }\n")
        return (place.cc("-include", "pre.h", "-std=c11", "-pedantic", "m.c", "-o", "m",
                         cwd=folder).expect() or place.run(folder / "m").expect(5))

    @case
    def older_and_newer_standards_take_the_headers():
        source = "".join(f"#include <{name}>\n" for name in (
            "windows.h", "tchar.h", "strsafe.h", "stdio.h", "process.h", "conio.h", "io.h"))
        for language, standards in (("c", ("c89", "gnu89", "c99", "c11", "gnu17")),
                                    ("c++", ("c++98", "c++11", "c++14", "c++17", "c++20"))):
            for standard in standards:
                for compiler in ("gcc", "clang"):
                    wrong = place.cc(f"-std={standard}", "-fsyntax-only", "-x", language, "-",
                                     text=source, compiler=compiler).expect()
                    if wrong:
                        return wrong
        return []

    @case
    def words_from_a_response_file_are_taken():
        folder = place.folder()
        write(folder, hello_c=HELLO, words_rsp='-o "a hello"\nhello.c\n')
        return (place.cc("@words.rsp", cwd=folder).expect() or
                place.run(folder / "a hello", "x").expect(7, HELLO_OUT))

    @case
    def a_fault_in_the_source_fails_with_the_compilers_words():
        folder = place.folder()
        write(folder, bad_c="int main(void) { return undeclared; }\n", hello_c=HELLO)
        made = place.cc("-o", "bad", "bad.c", "hello.c", cwd=folder)
        return (made.expect_failure("bad.c:1", "undeclared") or
                place.cc("-c", "bad.c", cwd=folder).expect_failure("undeclared") or
                ([f"left: {list(folder.iterdir())}"] if len(list(folder.iterdir())) != 2 else []))

    @case
    def a_missing_symbol_fails_with_the_linkers_words():
        folder = place.folder()
        write(folder, m_c="int missing(void);\nint main(void) { return missing(); }\n")
        return place.cc("m.c", cwd=folder).expect_failure("missing")

    @case
    def a_missing_file_fails():
        return place.cc("no-such-file.c").expect_failure("no-such-file.c")

    @case
    def the_exit_code_is_the_compilers():
        folder = place.folder()
        tool = folder / "compiler"
        tool.write_text("#!/bin/sh\nexit 37\n", encoding="utf-8")
        tool.chmod(0o755)
        write(folder, hello_c=HELLO)
        return place.cc("hello.c", cwd=folder, TRANSOM_CC=str(tool)).expect(37)

    @case
    def temporary_files_are_removed():
        folder = place.folder()
        (folder / "tmp").mkdir()
        write(folder, hello_c=HELLO, bad_c="bad\n")
        for name in ("hello.c", "bad.c"):
            place.cc(name, "-o", "hello", cwd=folder, TMPDIR=str(folder / "tmp"))
        return [f"{path} is left" for path in (folder / "tmp").iterdir()]

    @case
    def an_old_program_is_replaced():
        folder = place.folder()
        write(folder, a_c="int main(void) { return 1; }\n", b_c="int main(void) { return 2; }\n")
        return (place.cc("-o", "p", "a.c", cwd=folder).expect() or
                place.cc("-o", "p", "b.c", cwd=folder).expect() or
                place.run(folder / "p").expect(2))

    @case
    def questions_to_the_compiler_are_answered_by_it():
        done = place.cc("--version")
        wrong = done.expect() or ([] if done.out else done.told("no version"))
        return wrong or place.cc("-dumpmachine").expect() or place.cc("-print-file-name=crt1.o"
                                                                      ).expect()

    @case
    def help_tells_the_words_of_its_own():
        done = place.cc("--help")
        return done.expect() or [f"{word} is missing" for word in
                                 ("--win32", "--native-wchar", "TRANSOM_CC") if word not in done.out]

    @case
    def no_file_at_all_is_an_error():
        return place.cc().expect_failure("no input files")

    @case
    def v_shows_the_commands():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        done = place.cc("-v", "hello.c", cwd=folder)
        return done.expect() or ([] if "-fshort-wchar" in done.err else done.told("no commands"))

    @case
    def dry_run_runs_nothing():
        folder = place.folder()
        write(folder, hello_c=HELLO)
        done = place.cc("-###", "hello.c", cwd=folder)
        return done.expect() or ([] if len(os.listdir(folder)) == 1 else ["files were made"])

    @case
    def a_link_to_the_driver_finds_its_headers():
        folder = place.folder()
        link = folder / "my-cc"
        link.symlink_to(place.driver)
        write(folder, hello_c=HELLO)
        return (place.run(link, "hello.c", "-o", "hello", cwd=folder).expect() or
                place.run(folder / "hello", "x").expect(7, HELLO_OUT))

    run_cases(place, [*cases, *beginnings(), *void_mains(), *wide_refusals()])


main()
