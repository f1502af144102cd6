// A port for a server that a test starts in another process.

#ifndef MI_TESTS_SUPPORT_FREE_PORT_H_
#define MI_TESTS_SUPPORT_FREE_PORT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mi::testing {

// A loopback port that was free a moment ago.
inline int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  // A failure shows as a server that cannot listen.
  (void)bind(socket_fd, generic, size);
  getsockname(socket_fd, generic, &size);
  close(socket_fd);
  return ntohs(address.sin_port);
}

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_FREE_PORT_H_
