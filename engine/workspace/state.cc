#include "engine/workspace/state.h"

#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/workspace/graph_changes.h"
#include "engine/workspace/outcome.h"
#include "engine/workspace/prepare.h"

namespace mi::workspace {
namespace {

template <typename Text>
absl::Status DoesNotFit(const Text& what) {
  return absl::DataLossError(std::string(what));
}

}  // namespace

State::State(const StateLimits& limits,
             const vector::CollectionOptions& options,
             vector::BackgroundLanes lanes)
    : limits_(limits),
      options_(options),
      lanes_(std::move(lanes)),
      catalog_(std::make_shared<const Catalog>()) {}

absl::StatusOr<Change> State::Prepare(WriteRequest request, TimeMicros now,
                                      uint64_t sequence) {
  return PrepareWrite(*catalog(), limits_, staged_, std::move(request), now,
                      sequence);
}

WriteResult State::Predict(const Change& change, uint64_t sequence) const {
  return PredictOutcome(*catalog(), staged_, change, sequence);
}

absl::StatusOr<WriteResult> State::Apply(const Change& change,
                                         uint64_t sequence) {
  auto result = std::visit(
      [&](const auto& kind) { return ApplyTo(kind, sequence); }, change);
  if (result.ok()) {
    result->sequence = sequence;
    sequence_.store(sequence, std::memory_order_release);
  }
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const CreateCollection& change,
                                           uint64_t sequence) {
  auto entry = MakeEntry(change, sequence);
  entry->points =
      vector::Collection::Create(change.config, options_, lanes_, sequence);
  auto next = std::make_shared<Catalog>(*catalog());
  if (!next->collections.emplace(change.name, entry).second) {
    return DoesNotFit("the journal creates a collection that exists");
  }
  catalog_.Publish(std::move(next));
  WriteResult result;
  result.collection = std::move(entry);
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const UpdateCollection& change,
                                           uint64_t sequence) {
  const auto current = catalog();
  const auto before = current->FindById(change.collection);
  if (before == nullptr) {
    return DoesNotFit("the journal updates a collection that does not exist");
  }
  auto entry = UpdateEntry(*before, change, sequence);
  entry->points->Configure(change.index, change.payload_fields, sequence);
  auto next = std::make_shared<Catalog>(*current);
  next->collections[before->name] = entry;
  catalog_.Publish(std::move(next));
  WriteResult result;
  result.collection = std::move(entry);
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const DeleteCollection& change,
                                           uint64_t) {
  const auto current = catalog();
  const auto entry = current->FindById(change.collection);
  if (entry == nullptr) {
    return DoesNotFit("the journal deletes a collection that does not exist");
  }
  auto next = std::make_shared<Catalog>(*current);
  next->collections.erase(entry->name);
  catalog_.Publish(std::move(next));
  entry->points->StopBackground();
  return WriteResult{};
}

absl::StatusOr<WriteResult> State::ApplyTo(const SetAlias& change, uint64_t) {
  const auto current = catalog();
  const auto entry = current->FindById(change.collection);
  if (entry == nullptr) {
    return DoesNotFit("the journal aliases a collection that does not exist");
  }
  auto next = std::make_shared<Catalog>(*current);
  std::string& target = next->aliases[change.alias];
  WriteResult result;
  result.previous_collection = std::exchange(target, entry->name);
  catalog_.Publish(std::move(next));
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const DeleteAlias& change,
                                           uint64_t) {
  auto next = std::make_shared<Catalog>(*catalog());
  if (next->aliases.erase(change.alias) == 0) {
    return DoesNotFit("the journal deletes an alias that does not exist");
  }
  catalog_.Publish(std::move(next));
  return WriteResult{};
}

absl::StatusOr<WriteResult> State::ApplyTo(const UpsertPoints& change,
                                           uint64_t sequence) {
  const auto entry = catalog()->FindById(change.collection);
  if (entry == nullptr) {
    return DoesNotFit("the journal writes to a collection that does not exist");
  }
  const size_t dimension = entry->config.dimension;
  if (change.vectors.size() != change.points.size() * dimension) {
    return DoesNotFit("the journal has vectors of another dimension");
  }
  std::vector<vector::PointToWrite> points;
  points.reserve(change.points.size());
  for (size_t i = 0; i < change.points.size(); ++i) {
    points.push_back(
        {.id = change.points[i].id,
         .vector = std::span(change.vectors).subspan(i * dimension, dimension),
         .payload = change.points[i].payload});
  }
  const auto counts = entry->points->Upsert(points, sequence);
  WriteResult result;
  result.inserted = counts.inserted;
  result.replaced = counts.replaced;
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const DeletePoints& change,
                                           uint64_t sequence) {
  const auto entry = catalog()->FindById(change.collection);
  if (entry == nullptr) {
    return DoesNotFit("the journal deletes from a missing collection");
  }
  const std::vector<std::string_view> ids(change.ids.begin(), change.ids.end());
  WriteResult result;
  result.deleted = entry->points->Delete(ids, sequence);
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const CreateGraph& change,
                                           uint64_t sequence) {
  auto entry = MakeGraph(change, sequence);
  if (!entry.ok()) return DoesNotFit(entry.status().message());
  auto next = std::make_shared<Catalog>(*catalog());
  if (!next->graphs.emplace(change.name, *entry).second) {
    return DoesNotFit("the journal creates a graph that exists");
  }
  catalog_.Publish(std::move(next));
  WriteResult result;
  result.graph = *std::move(entry);
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const DeleteGraph& change,
                                           uint64_t) {
  const auto current = catalog();
  const auto entry = current->FindGraphById(change.graph);
  if (entry == nullptr) {
    return DoesNotFit("the journal deletes a graph that does not exist");
  }
  auto next = std::make_shared<Catalog>(*current);
  next->graphs.erase(entry->name);
  catalog_.Publish(std::move(next));
  return WriteResult{};
}

template <typename GraphChange>
absl::StatusOr<WriteResult> State::ApplyToGraph(const GraphChange& change,
                                                uint64_t sequence) {
  const auto entry = catalog()->FindGraphById(change.graph);
  if (entry == nullptr) {
    return DoesNotFit("the journal changes a graph that does not exist");
  }
  auto edited = staged_.Take(sequence);
  if (!edited.has_value()) {
    auto replayed =
        Edit(*entry->graph->View(), change, sequence, entry->graph->NextEdit());
    if (!replayed.ok()) return DoesNotFit(replayed.status().message());
    edited = *std::move(replayed);
  }
  entry->graph->Publish(std::move(edited->view));
  WriteResult result;
  result.mutations = std::move(edited->result);
  return result;
}

absl::StatusOr<WriteResult> State::ApplyTo(const CreateGraphIndex& change,
                                           uint64_t sequence) {
  return ApplyToGraph(change, sequence);
}

absl::StatusOr<WriteResult> State::ApplyTo(const DeleteGraphIndex& change,
                                           uint64_t sequence) {
  return ApplyToGraph(change, sequence);
}

absl::StatusOr<WriteResult> State::ApplyTo(const WriteGraph& change,
                                           uint64_t sequence) {
  return ApplyToGraph(change, sequence);
}

}  // namespace mi::workspace
