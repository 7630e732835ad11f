/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Naming the fiber whose stack overflowed. The handler runs on a stack of its own, as the fiber has none left; it looks
 * the faulting address up among the guards, writes one line, and puts back what was there before: the instruction faults
 * again, and the process dies as it would have, with the same core.
 *
 * A signal handler has no user data, so the list of watched worlds is the one static variable of this floor.
 */

#define ALTERNATE_STACK_BYTES (64 * 1024)

static FoliotAsync *watched;
static struct sigaction previous;

static void
write_text (const char *text)
{
  gsize length = strlen (text);

  if (write (STDERR_FILENO, text, length) < 0)
    return;
}

static void
write_number (guint64 number)
{
  char digits[24];
  char *first = digits + sizeof digits - 1;

  *first = '\0';
  do
    *--first = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  write_text (first);
}

static void
on_fault (int signal_number, siginfo_t *info, void *context)
{
  for (FoliotAsync *async = watched; async != NULL; async = async->next_watched)
    {
      FoliotStack *stack = _foliot_stack_pool_find_guard (async->stacks, info->si_addr);
      FoliotFiber *fiber;

      if (stack == NULL)
        continue;
      fiber = _foliot_fiber_of_stack (stack);
      write_text ("fiber ");
      write_number (fiber->id);
      write_text (" “");
      write_text (fiber->name);
      write_text ("” used more than its ");
      write_number (_foliot_stack_size_bytes (fiber->stack.size_class) / 1024);
      write_text (" KiB of stack; spawn it with a larger one\n");
      break;
    }
  sigaction (signal_number, &previous, NULL);
}

static void
install (void)
{
  struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
  stack_t stack = { .ss_size = ALTERNATE_STACK_BYTES };

  stack.ss_sp = mmap (NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack.ss_sp == MAP_FAILED)
    return;
  sigaltstack (&stack, NULL);
  sigemptyset (&action.sa_mask);
  sigaction (SIGSEGV, &action, &previous);
}

void
foliot_fiber_catch_overflow (FoliotKernel *kernel)
{
  FoliotAsync *async = _foliot_async_get (kernel);
  static gboolean installed;

  if (!installed)
    install ();
  installed = TRUE;
  _foliot_overflow_forget (async);
  async->next_watched = watched;
  watched = async;
}

void
_foliot_overflow_forget (FoliotAsync *async)
{
  FoliotAsync **place = &watched;

  while (*place != NULL && *place != async)
    place = &(*place)->next_watched;
  if (*place != NULL)
    *place = async->next_watched;
}
