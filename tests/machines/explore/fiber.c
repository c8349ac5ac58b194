/* fiber.c - the switch itself: the registers that a call must keep, and the stack pointer. */
#include "machines/explore/fiber.h"

#include <stdint.h>

void explore_switch(void **from, void *to);

#if defined(__x86_64__)
#define SAVED_WORDS 6
#define RETURN_WORD 6
__asm__(".text\n"
        ".p2align 4\n"
        ".globl explore_switch\n"
        ".type explore_switch, @function\n"
        "explore_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size explore_switch, .-explore_switch\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");
#elif defined(__aarch64__)
#define SAVED_WORDS 20
#define RETURN_WORD 11
__asm__(".text\n"
        ".p2align 4\n"
        ".globl explore_switch\n"
        ".type explore_switch, %function\n"
        "explore_switch:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size explore_switch, .-explore_switch\n");
#else
#error "tests/machines/explore/fiber.c does not know how to switch stacks on this processor"
#endif

void context_start(struct context *context, char *stack, size_t bytes, void (*entry)(void))
{
    uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)63;
    uintptr_t *words = (uintptr_t *)top - SAVED_WORDS - 4;

    /* After its first return x86-64 expects the stack eight below a multiple of sixteen, AArch64 at
     * one: four more words make both come true. */
    for (size_t i = 0; i < SAVED_WORDS + 4; i++)
        words[i] = 0;
    words[RETURN_WORD] = (uintptr_t)entry;
    context->stack_pointer = words;
}

void context_switch(struct context *from, struct context *to)
{
    explore_switch(&from->stack_pointer, to->stack_pointer);
}
