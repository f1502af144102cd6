// Snapshots and jobs over a channel.

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/search_service_fixture.h"

namespace mi::server {
namespace {

using OperationsStub = v1::OperationsService::Stub;

class SnapshotServiceTest : public SearchServiceTest {
 protected:
  v1::GetJobResponse WaitFor(const v1::Job& started) {
    v1::GetJobRequest request;
    request.set_name(started.name());
    while (true) {
      v1::GetJobResponse response;
      const grpc::Status status = Invoke(
          &OperationsStub::GetJob, server_.operations(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok() || response.job().has_end_time()) return response;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  v1::GetJobResponse Create(const std::string& description = "") {
    v1::CreateSnapshotRequest request;
    request.set_description(description);
    v1::CreateSnapshotResponse response;
    const grpc::Status status =
        Invoke(&OperationsStub::CreateSnapshot, server_.operations(), request,
               &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return WaitFor(response.job());
  }

  grpc::Status Restore(const v1::RestoreSnapshotRequest& request,
                       v1::GetJobResponse* ended) {
    v1::RestoreSnapshotResponse response;
    const grpc::Status status =
        Invoke(&OperationsStub::RestoreSnapshot, server_.operations(), request,
               &response);
    if (status.ok()) *ended = WaitFor(response.job());
    return status;
  }

  v1::ListSnapshotsResponse List(uint32_t page_size = 0,
                                 const std::string& token = "") {
    v1::ListSnapshotsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListSnapshotsResponse response;
    EXPECT_TRUE(Invoke(&OperationsStub::ListSnapshots, server_.operations(),
                       request, &response)
                    .ok());
    return response;
  }

  grpc::Status Get(const std::string& name, v1::GetSnapshotResponse* response) {
    v1::GetSnapshotRequest request;
    request.set_name(name);
    return Invoke(&OperationsStub::GetSnapshot, server_.operations(), request,
                  response);
  }

  grpc::Status Delete(const std::string& name) {
    v1::DeleteSnapshotRequest request;
    request.set_name(name);
    v1::DeleteSnapshotResponse response;
    return Invoke(&OperationsStub::DeleteSnapshot, server_.operations(),
                  request, &response);
  }

  // The points of the collection as one text.
  std::string Points() {
    v1::ListPointsRequest request;
    request.set_collection("campaigns");
    request.mutable_return_fields()->set_with_vector(true);
    request.mutable_return_fields()->set_with_payload(true);
    v1::ListPointsResponse response;
    EXPECT_TRUE(
        Invoke(&Stub::ListPoints, server_.search(), request, &response).ok());
    return response.DebugString();  // which sorts what is in maps
  }

  std::filesystem::path Folder() const {
    return server_.data_folder() / "tenants" / "default" / "snapshots";
  }
};

TEST_F(SnapshotServiceTest, CreatesListsGetsAndDeletes) {
  LoadThree();
  const auto created = Create("before the sale: \"50 %\" – ü");
  ASSERT_EQ(created.job().state(), v1::JOB_STATE_SUCCEEDED)
      << created.job().error().message();
  EXPECT_EQ(created.job().kind(), v1::JOB_KIND_CREATE_SNAPSHOT);
  const v1::Snapshot& snapshot = created.snapshot();
  EXPECT_EQ(snapshot.description(), "before the sale: \"50 %\" – ü");
  EXPECT_EQ(snapshot.trigger(), v1::SNAPSHOT_TRIGGER_REQUEST);
  EXPECT_EQ(snapshot.point_count(), 3);
  EXPECT_EQ(snapshot.collection_count(), 1);
  EXPECT_TRUE(snapshot.current());
  EXPECT_TRUE(snapshot.complete());
  EXPECT_EQ(
      snapshot.byte_count(),
      std::filesystem::file_size(Folder() / (snapshot.name() + ".snapshot")));
  EXPECT_THAT(snapshot.sha256(), SizeIs(64));

  v1::GetSnapshotResponse got;
  ASSERT_TRUE(Get(snapshot.name(), &got).ok());
  EXPECT_EQ(got.snapshot().SerializeAsString(), snapshot.SerializeAsString());
  const auto listed = List();
  ASSERT_EQ(listed.snapshots_size(), 1);
  EXPECT_EQ(listed.snapshots(0).SerializeAsString(),
            snapshot.SerializeAsString());

  ASSERT_TRUE(Delete(snapshot.name()).ok());
  EXPECT_EQ(List().snapshots_size(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(Folder()));
  const grpc::Status gone = Delete(snapshot.name());
  EXPECT_EQ(gone.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(gone), Reason::kSnapshotNotFound);
}

TEST_F(SnapshotServiceTest, ListsPageByPage) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Create().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
  const auto first = List(2);
  ASSERT_EQ(first.snapshots_size(), 2);
  const auto second = List(2, first.next_page_token());
  ASSERT_EQ(second.snapshots_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_GT(
      first.snapshots(0).create_time().nanos() +
          1e9 * static_cast<double>(first.snapshots(0).create_time().seconds()),
      second.snapshots(0).create_time().nanos() +
          1e9 *
              static_cast<double>(second.snapshots(0).create_time().seconds()));

  v1::ListJobsRequest request;
  request.set_page_size(2);
  v1::ListJobsResponse jobs;
  ASSERT_TRUE(
      Invoke(&OperationsStub::ListJobs, server_.operations(), request, &jobs)
          .ok());
  ASSERT_EQ(jobs.jobs_size(), 2);
  request.set_page_token(jobs.next_page_token());
  ASSERT_TRUE(
      Invoke(&OperationsStub::ListJobs, server_.operations(), request, &jobs)
          .ok());
  EXPECT_EQ(jobs.jobs_size(), 1);
  EXPECT_EQ(jobs.next_page_token(), "");
}

TEST_F(SnapshotServiceTest, ARestoreBringsBackAndCanBeUndone) {
  LoadThree();
  const std::string three = Points();
  const auto created = Create();
  ASSERT_TRUE(Upsert(R"(
    collection: "campaigns"
    points { point { id: "late" vector: [ 1, 1, 1 ] } })")
                  .ok());
  const std::string four = Points();
  ASSERT_NE(three, four);

  v1::RestoreSnapshotRequest request;
  request.set_name(created.snapshot().name());
  v1::GetJobResponse ended;
  ASSERT_TRUE(Restore(request, &ended).ok());
  ASSERT_EQ(ended.job().state(), v1::JOB_STATE_SUCCEEDED)
      << ended.job().error().message();
  const v1::RestoredState& restored = ended.restored();
  EXPECT_EQ(restored.snapshot(), created.snapshot().name());
  EXPECT_EQ(restored.sequence(), created.snapshot().sequence());
  EXPECT_NE(restored.epoch(), created.snapshot().epoch());
  EXPECT_EQ(restored.point_count(), 3);
  EXPECT_EQ(Points(), three);
  // What was written before is of another history now.
  v1::GetSnapshotResponse got;
  ASSERT_TRUE(Get(restored.previous_state(), &got).ok());
  EXPECT_FALSE(got.snapshot().current());
  EXPECT_EQ(got.snapshot().trigger(), v1::SNAPSHOT_TRIGGER_BEFORE_RESTORE);
  server_.Restart();
  EXPECT_EQ(Points(), three);

  request.set_name(restored.previous_state());
  request.set_discard_present_state(true);
  ASSERT_TRUE(Restore(request, &ended).ok());
  EXPECT_EQ(ended.restored().previous_state(), "");
  EXPECT_EQ(Points(), four);
}

TEST_F(SnapshotServiceTest, ADamagedSnapshotFailsTheJobAndChangesNothing) {
  LoadThree();
  const auto created = Create();
  {
    std::fstream file(Folder() / (created.snapshot().name() + ".snapshot"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(300);
    file << "damage";
  }
  const std::string before = Points();
  v1::RestoreSnapshotRequest request;
  request.set_name(created.snapshot().name());
  v1::GetJobResponse ended;
  ASSERT_TRUE(Restore(request, &ended).ok());
  EXPECT_EQ(ended.job().state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(ended.job().error().code(), StatusCode::DATA_LOSS);
  EXPECT_FALSE(ended.has_restored());
  EXPECT_EQ(Points(), before);
}

TEST_F(SnapshotServiceTest, BadInputNamesTheField) {
  v1::GetSnapshotResponse got;
  for (const char* name :
       {"", "..", "../journal", "/etc/passwd", "00000000000000000001-0123456G",
        "00000000000000000001-01234567/..", "nothing"}) {
    const grpc::Status status = Get(name, &got);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_THAT(FieldsOf(status), ElementsAre("name"));
    EXPECT_EQ(Delete(name).error_code(), StatusCode::INVALID_ARGUMENT);
    v1::RestoreSnapshotRequest request;
    request.set_name(name);
    v1::GetJobResponse ended;
    EXPECT_EQ(Restore(request, &ended).error_code(),
              StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_EQ(Get("00000000000000000001-01234567", &got).error_code(),
            StatusCode::NOT_FOUND);

  v1::CreateSnapshotRequest create;
  create.set_description(std::string(201, 'x'));
  v1::CreateSnapshotResponse created;
  const grpc::Status too_long = Invoke(&OperationsStub::CreateSnapshot,
                                       server_.operations(), create, &created);
  EXPECT_THAT(FieldsOf(too_long), ElementsAre("description"));

  v1::ListSnapshotsRequest list;
  list.set_page_size(1001);
  v1::ListSnapshotsResponse listed;
  EXPECT_THAT(FieldsOf(Invoke(&OperationsStub::ListSnapshots,
                              server_.operations(), list, &listed)),
              ElementsAre("page_size"));
  list.set_page_size(1);
  list.set_page_token("nothing");
  EXPECT_THAT(FieldsOf(Invoke(&OperationsStub::ListSnapshots,
                              server_.operations(), list, &listed)),
              ElementsAre("page_token"));

  v1::GetJobRequest job;
  job.set_name("job-999");
  v1::GetJobResponse no_job;
  const grpc::Status unknown =
      Invoke(&OperationsStub::GetJob, server_.operations(), job, &no_job);
  EXPECT_EQ(unknown.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(unknown), Reason::kJobNotFound);
}

TEST_F(SnapshotServiceTest, AJobThatHasEndedIsNotCancelled) {
  const auto created = Create();
  v1::CancelJobRequest request;
  request.set_name(created.job().name());
  v1::CancelJobResponse response;
  ASSERT_TRUE(Invoke(&OperationsStub::CancelJob, server_.operations(), request,
                     &response)
                  .ok());
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace mi::server
