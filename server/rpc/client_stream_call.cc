#include "server/rpc/client_stream_call.h"

namespace mi::rpc {

grpc::ServerReadReactor<grpc::ByteBuffer>* ClientStreamCall::Start() {
  if (const absl::Status status = server_call_.Admit(); !status.ok()) {
    FinishWith(status);
    return this;
  }
  {
    MutexLock lock(state_mutex_);
    StartRead(&message_);
  }
  // Runs at once if the stop was requested meanwhile. This object stays at
  // least until it is returned to gRPC.
  on_stop_.emplace(server_call_.call().stop(), StopCallback{this});
  on_drain_.emplace(server_call_.drain_token(), StopCallback{this});
  return this;
}

void ClientStreamCall::OnReadDone(bool ok) {
  {
    MutexLock lock(state_mutex_);
    if (state_ == State::kFinished) return;
    state_ = State::kWorking;
  }
  const absl::Status status = server_call_.Submit([this, ok] {
    if (ok) {
      WorkOnMessage();
    } else {
      WorkOnEnd();
    }
  });
  if (!status.ok()) FinishWith(status);
}

void ClientStreamCall::OnStopRequested() {
  {
    MutexLock lock(state_mutex_);
    if (state_ != State::kWaiting) return;
    state_ = State::kFinished;
  }
  FinishWith(server_call_.DrainStatus());
}

void ClientStreamCall::WorkOnMessage() {
  absl::Status status = server_call_.CheckBeforeRun();
  if (status.ok()) {
    server_call_.CountMessageReceived();
    status = CatchExceptions(
        [this] { return HandleMessage(server_call_.call(), message_); });
  }
  message_.Clear();
  if (!status.ok()) {
    FinishWith(status);
  } else {
    WaitForNextMessage();
  }
}

// A client that went away ends its stream as well: the check before the run
// tells the two ends apart.
void ClientStreamCall::WorkOnEnd() {
  absl::Status status = server_call_.CheckBeforeRun();
  if (status.ok()) {
    status = CatchExceptions([this] {
      return HandleEnd(server_call_.call(),
                       server_call_.options().max_response_bytes, response_);
    });
  }
  FinishWith(status);
}

void ClientStreamCall::WaitForNextMessage() {
  absl::Status stop;
  {
    // A stop that is requested after the check finds the stream waiting, and
    // ends it. The read starts under the lock, so that it cannot come after
    // that end.
    MutexLock lock(state_mutex_);
    stop = server_call_.DrainStatus();
    if (stop.ok()) {
      state_ = State::kWaiting;
      StartRead(&message_);
      return;
    }
  }
  FinishWith(stop);
}

void ClientStreamCall::FinishWith(absl::Status status) {
  {
    MutexLock lock(state_mutex_);
    state_ = State::kFinished;
  }
  if (!status.ok()) {
    const absl::Status explained = server_call_.ExplainStop(status);
    status = CatchExceptions([&] { return DescribeError(explained); });
  }
  Finish(server_call_.Conclude(status));
}

}  // namespace mi::rpc
