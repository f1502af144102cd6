// The least that a gRPC call can cost here: a server that answers with fixed
// bytes, without parsing or threads of its own. It can work like an engine does
// before it answers, because what comes after such work finds nothing of its
// own in the caches.

#ifndef MI_BENCH_SERVICE_ECHO_H_
#define MI_BENCH_SERVICE_ECHO_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace mi::bench {

// A bare callback-API server in a process of its own. To be made before the
// first use of gRPC in this process: it forks.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();

  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  struct Figures {
    double p50_micros = 0;
    double p99_micros = 0;
    double server_cpu_micros = 0;  // per call
  };

  struct Call {
    size_t request_bytes = 0;
    size_t response_bytes = 0;
    // The server first reads at random places of 160 MB for so long.
    size_t memory_micros = 0;
  };

  // One client in a closed loop, `calls` times.
  Figures Measure(const Call& asked, size_t calls) const;

 private:
  double CpuSeconds() const;

  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace mi::bench

#endif  // MI_BENCH_SERVICE_ECHO_H_
