/* SPDX-License-Identifier: MIT */
/*
 * A calculator that survives: reads lines such as "7 / 2" and goes on after a division by zero.
 */
#include <stdio.h>
#include <windows.h>

static int calculate(int a, char operation, int b, int *result)
{
    __try {
        switch (operation) {
        case '+':
            *result = a + b;
            break;
        case '-':
            *result = a - b;
            break;
        case '*':
            *result = a * b;
            break;
        case '/':
            *result = a / b;
            break;
        default:
            RaiseException(0xE0000001, 0, 0, NULL);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        switch (GetExceptionCode()) {
        case EXCEPTION_INT_DIVIDE_BY_ZERO:
            printf("division by zero\n");
            break;
        case EXCEPTION_INT_OVERFLOW:
            printf("too large\n");
            break;
        default:
            printf("what is '%c'?\n", operation);
        }
        return 0;
    }
    return 1;
}

int main(void)
{
    char line[100], operation;
    int a, b, result;

    while (fgets(line, sizeof(line), stdin))
        if (sscanf(line, "%d %c %d", &a, &operation, &b) == 3 &&
            calculate(a, operation, b, &result))
            printf("%d\n", result);
    return 0;
}
