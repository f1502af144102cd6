// The commands of `mi`: each function adds one, with its options. When the
// command line names it, parsing sets `action` to what it does.

#ifndef MI_CLIENTS_CPP_COMMANDS_COMMANDS_H_
#define MI_CLIENTS_CPP_COMMANDS_COMMANDS_H_

#include <functional>

#include "absl/status/status.h"
#include "clients/cpp/session.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mi::client {

using Action = std::function<absl::Status(Session&)>;

void AddInfo(CLI::App& app, Action* action);
void AddCollections(CLI::App& app, Action* action);
void AddAlias(CLI::App& app, Action* action);
void AddStats(CLI::App& app, Action* action);
void AddSearch(CLI::App& app, Action* action);
void AddGet(CLI::App& app, Action* action);
void AddList(CLI::App& app, Action* action);
void AddCount(CLI::App& app, Action* action);
void AddDelete(CLI::App& app, Action* action);
void AddLoad(CLI::App& app, Action* action);
void AddSnapshot(CLI::App& app, Action* action);
void AddJob(CLI::App& app, Action* action);
void AddExport(CLI::App& app, Action* action);
void AddGraph(CLI::App& app, Action* action);
void AddGenerateDemo(CLI::App& app, Action* action);

// All of the above.
void AddCommands(CLI::App& app, Action* action);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_COMMANDS_H_
