// The command line of `mi`.

#ifndef MI_CLIENTS_CPP_APP_H_
#define MI_CLIENTS_CPP_APP_H_

#include <string>
#include <vector>

#include "clients/cpp/session.h"

namespace mi::client {

// Runs one command. `arguments` are without the program's name. Returns the
// exit code (see error.h); errors are written to streams.err, and with --json
// also to streams.out.
int Run(const std::vector<std::string>& arguments, const Streams& streams,
        const Connect& connect = ConnectTo);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_APP_H_
