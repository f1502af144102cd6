// A file that is one large JSON object, piece by piece: the elements of its
// lists, and its other members whole. Memory holds one piece.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_JSON_RECORDS_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_JSON_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/input/graph/json_fault.h"

namespace mi::client {

struct JsonRecord {
  std::string member;           // of the file's object
  std::optional<size_t> index;  // in the list that the member is
  std::string text;             // of the value; brackets and quotes in it match
  TextPlace place;              // of its first character
};

// Thread-compatible.
class JsonRecords {
 public:
  // Larger pieces are refused.
  static constexpr size_t kMaxRecordBytes = size_t{64} << 20;

  explicit JsonRecords(InputFile file);

  // Reads a piece; false at the end. Errors: an input error with the place,
  // where the file is no such object, or a member is there twice.
  absl::StatusOr<bool> Next(JsonRecord* record);

  const std::string& path() const { return file_.path(); }
  uint64_t size() const { return file_.size(); }

 private:
  enum class State { kStart, kMembers, kElements, kEnd };

  absl::StatusOr<bool> NextMember(JsonRecord* record);
  absl::StatusOr<bool> NextElement(JsonRecord* record);
  absl::StatusOr<bool> End();
  absl::StatusOr<std::string> ReadKey();
  absl::Status ReadValue(std::string* text);
  absl::Status ReadString(std::string* text);

  // The next character without and with taking it; NUL at the end.
  char Peek();
  char Take();
  void SkipSpace();
  absl::Status Expect(char c);
  absl::Status Error(std::string_view what) const;

  InputFile file_;
  absl::Status read_error_;
  std::vector<char> buffer_;
  size_t filled_ = 0;
  size_t at_ = 0;
  TextPlace place_;
  State state_ = State::kStart;
  std::string member_;
  std::set<std::string> members_;
  size_t index_ = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_JSON_RECORDS_H_
