#include "clients/cpp/input/graph/json_records.h"

#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

JsonRecords::JsonRecords(InputFile file)
    : file_(std::move(file)), buffer_(kBufferBytes) {}

absl::StatusOr<bool> JsonRecords::Next(JsonRecord* record) {
  if (state_ == State::kStart) {
    for (const char c : std::string_view(kByteOrderMark)) {
      if (Peek() != c) break;
      Take();
    }
    place_ = {};
    SkipSpace();
    RETURN_IF_ERROR(Expect('{'));
    state_ = State::kMembers;
  }
  if (state_ == State::kElements) {
    ASSIGN_OR_RETURN(const bool found, NextElement(record));
    if (found) return true;
  }
  if (state_ == State::kMembers) return NextMember(record);
  return false;
}

// In front of a member, or of the end of the object.
absl::StatusOr<bool> JsonRecords::NextMember(JsonRecord* record) {
  while (true) {
    SkipSpace();
    if (Peek() == '}' && members_.empty()) return End();
    if (!members_.empty()) {
      if (Peek() == '}') return End();
      RETURN_IF_ERROR(Expect(','));
      SkipSpace();
    }
    ASSIGN_OR_RETURN(member_, ReadKey());
    SkipSpace();
    RETURN_IF_ERROR(Expect(':'));
    SkipSpace();
    if (Peek() != '[') {
      record->member = member_;
      record->index.reset();
      record->place = place_;
      RETURN_IF_ERROR(ReadValue(&record->text));
      return true;
    }
    Take();
    index_ = 0;
    state_ = State::kElements;
    ASSIGN_OR_RETURN(const bool found, NextElement(record));
    if (found) return true;
  }
}

// Inside of a list, behind an element or its beginning. False at its end.
absl::StatusOr<bool> JsonRecords::NextElement(JsonRecord* record) {
  SkipSpace();
  if (Peek() == ']') {
    Take();
    state_ = State::kMembers;
    return false;
  }
  if (index_ > 0) {
    RETURN_IF_ERROR(Expect(','));
    SkipSpace();
  }
  record->member = member_;
  record->index = index_++;
  record->place = place_;
  RETURN_IF_ERROR(ReadValue(&record->text));
  return true;
}

absl::StatusOr<bool> JsonRecords::End() {
  Take();
  SkipSpace();
  if (Peek() != '\0') return Error("there is more behind the object");
  RETURN_IF_ERROR(read_error_);
  state_ = State::kEnd;
  return false;
}

absl::StatusOr<std::string> JsonRecords::ReadKey() {
  const absl::Status no_key = Error("expected the name of a member");
  if (Peek() != '"') return no_key;
  std::string text;
  RETURN_IF_ERROR(ReadString(&text));
  JsonSyntaxError error;
  const auto json = ParseJson(text, &error);
  if (!json) return no_key;
  std::string key = json->get<std::string>();
  if (!members_.insert(key).second) {
    return Error(fmt::format("'{}' is there twice", key));
  }
  return key;
}

// Up to where its brackets match; whoever parses it finds the rest.
absl::Status JsonRecords::ReadValue(std::string* text) {
  text->clear();
  size_t depth = 0;
  while (true) {
    const char c = Peek();
    if (c == '\0') return Error("the file ends inside of a value");
    if (depth == 0 && (c == ',' || c == '}' || c == ']' || IsSpace(c))) {
      return text->empty() ? Error("expected a value") : absl::OkStatus();
    }
    if (text->size() >= kMaxRecordBytes) {
      return Error(
          fmt::format("a value has more than {} MiB", kMaxRecordBytes >> 20));
    }
    if (c == '"') {
      RETURN_IF_ERROR(ReadString(text));
    } else {
      *text += Take();
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
      return absl::OkStatus();
    }
  }
}

absl::Status JsonRecords::ReadString(std::string* text) {
  *text += Take();
  while (true) {
    const char c = Peek();
    if (c == '\0' || c == '\n') return Error("a text is not closed");
    if (text->size() >= kMaxRecordBytes) {
      return Error(
          fmt::format("a text has more than {} MiB", kMaxRecordBytes >> 20));
    }
    *text += Take();
    if (c == '"') return absl::OkStatus();
    if (c == '\\' && Peek() != '\0') *text += Take();
  }
}

char JsonRecords::Peek() {
  if (at_ == filled_ && read_error_.ok()) {
    const auto read = file_.Read(buffer_.data(), buffer_.size());
    at_ = 0;
    filled_ = read.ok() ? *read : 0;
    read_error_ = read.status();
  }
  return at_ < filled_ ? buffer_[at_] : '\0';
}

char JsonRecords::Take() {
  const char c = Peek();
  if (at_ < filled_) ++at_;
  if (c == '\n') {
    ++place_.line;
    place_.column = 1;
  } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
    ++place_.column;
  }
  return c;
}

void JsonRecords::SkipSpace() {
  while (IsSpace(Peek())) Take();
}

absl::Status JsonRecords::Expect(char c) {
  if (Peek() != c) {
    return Error(Peek() == '\0'
                     ? fmt::format("the file ends where '{}' is expected", c)
                     : fmt::format("expected '{}'", c));
  }
  Take();
  return absl::OkStatus();
}

absl::Status JsonRecords::Error(std::string_view what) const {
  if (!read_error_.ok()) return read_error_;
  return InputError(fmt::format("{}:{}: column {}: {}", file_.path(),
                                place_.line, place_.column, what));
}

}  // namespace mi::client
