// mi: the command line of a Marketing Intelligence server. Uses only the
// public API; README.md has examples.

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "clients/cpp/app.h"

int main(int argc, char** argv) {
  // A reader that went away (`mi list ... | head`) is found by the stream.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return mi::client::Run(arguments,
                         {.out = std::cout,
                          .err = std::cerr,
                          .err_is_terminal = isatty(STDERR_FILENO) == 1,
                          .in = &std::cin,
                          .in_is_terminal = isatty(STDIN_FILENO) == 1});
}
