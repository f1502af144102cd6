// Kills the real server in the middle of graph writes, again and again:
// afterwards every batch is there as a whole or not at all, those that were
// acknowledged are there, and no edge hangs in the air.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "tests/fault/fault_library.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::ServerProcess;

constexpr uint64_t kSeed = 20261125;
constexpr char kGraph[] = "marketing";
constexpr int kClients = 3;
// A batch also deletes a node of the batch so many before it.
constexpr int kKept = 5;

int Rounds() { return testing::WantsAll() ? 200 : 12; }

std::string NodeId(int client, int batch, char part) {
  return fmt::format("{}-{}-{}", client, batch, part);
}

// Writes batches that build upon each other, until the server goes away.
class Client {
 public:
  explicit Client(int number) : number_(number) {}

  void WriteUntilDeath(const ServerProcess& server) {
    const auto stub = v1::GraphService::NewStub(server.Connect());
    while (Write(*stub, acknowledged_)) ++acknowledged_;
  }

  // How many batches were acknowledged. The next one may be there as well.
  int acknowledged() const { return acknowledged_; }
  // Takes over what was found after a restart.
  void GoOnBehind(int batches) { acknowledged_ = batches; }

 private:
  static void PutNode(v1::WriteGraphRequest& request, const std::string& id,
                      int batch) {
    v1::Node* node =
        request.add_mutations()->mutable_put_node()->mutable_node();
    node->mutable_id()->set_name(id);
    node->add_labels("Part");
    (*node->mutable_properties())["batch"].set_integer_value(batch);
  }
  static void PutEdge(v1::WriteGraphRequest& request, const std::string& from,
                      const std::string& to) {
    v1::Edge* edge =
        request.add_mutations()->mutable_put_edge()->mutable_edge();
    edge->set_type("NEXT");
    edge->mutable_source_id()->set_name(from);
    edge->mutable_target_id()->set_name(to);
  }

  bool Write(v1::GraphService::Stub& stub, int batch) const {
    v1::WriteGraphRequest request;
    request.set_graph(kGraph);
    const auto id = [&](char part) { return NodeId(number_, batch, part); };
    for (const char part : {'a', 'b', 'c'}) PutNode(request, id(part), batch);
    PutEdge(request, id('a'), id('b'));
    PutEdge(request, id('b'), id('c'));
    if (batch > 0) PutEdge(request, NodeId(number_, batch - 1, 'c'), id('a'));
    v1::Hyperedge* hyperedge =
        request.add_mutations()->mutable_put_hyperedge()->mutable_hyperedge();
    hyperedge->set_type("TOGETHER");
    for (const char part : {'a', 'b', 'c'}) {
      hyperedge->add_members()->mutable_node_id()->set_name(id(part));
    }
    if (batch >= kKept) {
      v1::DeleteNode* removal = request.add_mutations()->mutable_delete_node();
      removal->mutable_id()->set_name(NodeId(number_, batch - kKept, 'b'));
      removal->set_detach(true);
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(10));
    v1::WriteGraphResponse response;
    return stub.WriteGraph(&context, request, &response).ok();
  }

  const int number_;
  int acknowledged_ = 0;
};

// All that is stored.
struct Stored {
  std::set<std::string> nodes;
  std::multiset<std::pair<std::string, std::string>> edges;
  std::multiset<std::set<std::string>> hyperedges;
};

template <typename Request, typename Response, typename Call, typename Take>
void ReadPages(Call&& call, Take&& take) {
  Request request;
  request.set_graph(kGraph);
  request.set_page_size(1000);
  do {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = call(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    take(response);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
}

void ReadAll(const ServerProcess& server, Stored* stored) {
  const auto stub = v1::GraphService::NewStub(server.Connect());
  ReadPages<v1::ListNodesRequest, v1::ListNodesResponse>(
      [&](auto... call) { return stub->ListNodes(call...); },
      [&](const auto& page) {
        for (const auto& node : page.nodes()) {
          stored->nodes.insert(node.node().id().name());
        }
      });
  ReadPages<v1::ListEdgesRequest, v1::ListEdgesResponse>(
      [&](auto... call) { return stub->ListEdges(call...); },
      [&](const auto& page) {
        for (const auto& edge : page.edges()) {
          stored->edges.emplace(edge.edge().source_id().name(),
                                edge.edge().target_id().name());
        }
      });
  ReadPages<v1::ListHyperedgesRequest, v1::ListHyperedgesResponse>(
      [&](auto... call) { return stub->ListHyperedges(call...); },
      [&](const auto& page) {
        for (const auto& hyperedge : page.hyperedges()) {
          std::set<std::string> members;
          for (const auto& member : hyperedge.hyperedge().members()) {
            members.insert(member.node_id().name());
          }
          stored->hyperedges.insert(members);
        }
      });
}

// What there has to be after so many batches of each client.
Stored Expected(const std::vector<int>& batches) {
  Stored expected;
  for (int client = 0; client < static_cast<int>(batches.size()); ++client) {
    const int count = batches[static_cast<size_t>(client)];
    for (int batch = 0; batch < count; ++batch) {
      const auto id = [&](char part) { return NodeId(client, batch, part); };
      const bool whole = batch >= count - kKept;
      expected.nodes.insert({id('a'), id('c')});
      if (batch > 0) {
        expected.edges.emplace(NodeId(client, batch - 1, 'c'), id('a'));
      }
      if (!whole) continue;
      expected.nodes.insert(id('b'));
      expected.edges.emplace(id('a'), id('b'));
      expected.edges.emplace(id('b'), id('c'));
      expected.hyperedges.insert({id('a'), id('b'), id('c')});
    }
  }
  return expected;
}

void CreateGraph(const ServerProcess& server) {
  v1::CreateGraphRequest request;
  request.set_name(kGraph);
  grpc::ClientContext context;
  v1::CreateGraphResponse response;
  ASSERT_TRUE(v1::GraphService::NewStub(server.Connect())
                  ->CreateGraph(&context, request, &response)
                  .ok());
}

TEST(GraphKillTest, BatchesAreWholeAndEdgesHaveTheirNodes) {
  RecordProperty("seed", std::to_string(kSeed));
  const char* binary = std::getenv("MI_SERVER_BINARY");
  ASSERT_NE(binary, nullptr) << "set by CMake";
  const mi::testing::TemporaryFolder folder;
  Random random(kSeed);
  std::vector<Client> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back(i);
  for (int round = 0; round <= Rounds(); ++round) {
    ServerProcess server(
        {.binary = binary, .data_folder = folder.path(), .arguments = {}});
    ASSERT_TRUE(server.WaitUntilServing()) << "round " << round;
    if (round == 0) CreateGraph(server);
    Stored stored;
    ASSERT_NO_FATAL_FAILURE(ReadAll(server, &stored));
    std::vector<int> batches;
    for (int i = 0; i < kClients; ++i) {
      Client& client = clients[static_cast<size_t>(i)];
      // The one that was on its way.
      const bool more =
          stored.nodes.contains(NodeId(i, client.acknowledged(), 'a'));
      client.GoOnBehind(client.acknowledged() + (more ? 1 : 0));
      batches.push_back(client.acknowledged());
    }
    const Stored expected = Expected(batches);
    ASSERT_EQ(stored.nodes, expected.nodes) << "round " << round;
    ASSERT_EQ(stored.edges, expected.edges) << "round " << round;
    ASSERT_EQ(stored.hyperedges, expected.hyperedges) << "round " << round;
    if (round == Rounds()) break;

    std::vector<std::thread> threads;
    for (Client& client : clients) {
      threads.emplace_back([&] { client.WriteUntilDeath(server); });
    }
    std::this_thread::sleep_for(
        std::chrono::milliseconds(20 + random.Below(100)));
    server.Kill();
    for (auto& thread : threads) thread.join();
  }
  int acknowledged = 0;
  for (const Client& client : clients) acknowledged += client.acknowledged();
  EXPECT_GT(acknowledged, 100);
  std::cout << Rounds() << " kills, " << acknowledged << " batches, seed "
            << kSeed << "\n";
}

}  // namespace
}  // namespace mi
