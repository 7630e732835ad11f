/* SPDX-License-Identifier: MIT */

/*
 * The switch of foliot-context.h.
 *
 * What it leaves out of boost's: saving and loading MXCSR and the x87 word at each switch, and most of the mispredicted
 * returns. The processor guesses where a ret goes by the calls before it. A switch made by call and left by jmp leaves a
 * call too much behind, so that each ret that follows is guessed wrong, at 15 to 20 cycles. Here a context is left by a
 * plain jmp, its own code is inline in the function that waits, and the way back to the one who runs contexts is an
 * indirect jmp, guessed by history: it nearly always leads into the same loop. Only a context that ends goes back by ret,
 * because then calls and returns have stayed in pairs; to keep them so it is left by a jmp, too: a call that never comes
 * back would have every ret up to the dispatch loop guessed wrong.
 *
 * The other half of this is in the kernel, which jumps into events that go on on another stack: foliot-leap-private.h.
 *
 * Weak, because a build with a sanitizer brings boost's instead, and the assembler does not know of it.
 */

#if defined(__x86_64__) && defined(__LP64__)

        .text

        .weak   foliot_context_run
        .hidden foliot_context_run
        .type   foliot_context_run, @function
        .p2align 4
foliot_context_run:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        movq    %rsp, 24(%rdi)
        movq    16(%rdi), %rbp
        movq    0(%rdi), %rsp
        jmpq    *8(%rdi)
        .cfi_endproc
        .size   foliot_context_run, . - foliot_context_run

/* With the stack of the one who runs the context. */
        .globl  foliot_context_back
        .hidden foliot_context_back
        .type   foliot_context_back, @function
        .p2align 4
foliot_context_back:
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        popq    %rcx
        jmpq    *%rcx
        .size   foliot_context_back, . - foliot_context_back

/* Jumped to: calls what is in %rsi there, and goes back by ret. */
        .globl  foliot_context_leave
        .hidden foliot_context_leave
        .type   foliot_context_leave, @function
        .p2align 4
foliot_context_leave:
        movq    24(%rdi), %rsp
        subq    $8, %rsp
        callq   *%rsi
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .size   foliot_context_leave, . - foliot_context_leave

#endif

        .section .note.GNU-stack, "", @progbits
