#include "clients/cpp/commands/commands.h"

namespace mi::client {

void AddCommands(CLI::App& app, Action* action) {
  AddLoad(app, action);
  AddExport(app, action);
  AddSearch(app, action);
  AddGet(app, action);
  AddList(app, action);
  AddCount(app, action);
  AddDelete(app, action);
  AddStats(app, action);
  AddCollections(app, action);
  AddAlias(app, action);
  AddGraph(app, action);
  AddSnapshot(app, action);
  AddJob(app, action);
  AddInfo(app, action);
  AddGenerateDemo(app, action);
}

}  // namespace mi::client
