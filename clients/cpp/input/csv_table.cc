#include "clients/cpp/input/csv_table.h"

#include <csv.h>

#include <set>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

// A quote that is never closed would otherwise take in the rest of the file.
constexpr uint64_t kMaxRecordLines = 10'000;

// libcsv's parser with an owner. Fed line by line, so that the place of every
// record is known.
class Parser {
 public:
  explicit Parser(char delimiter) : delimiter_(delimiter) { Start(); }
  ~Parser() { csv_free(&parser_); }

  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Forgets what it is in the middle of.
  void Reset() {
    csv_free(&parser_);
    Start();
  }

  // Returns the column of the character at fault, 0 if there is none.
  size_t Feed(std::string_view text) {
    const size_t parsed =
        csv_parse(&parser_, text.data(), text.size(), OnCell, OnRecord, this);
    if (parsed == text.size()) return 0;
    return CodePoints(text.substr(0, parsed)) + 1;
  }

  // At the end of the file; false inside of quotes.
  bool Finish() { return csv_fini(&parser_, OnCell, OnRecord, this) == 0; }

  // Records that are complete; taking them empties the list.
  std::vector<std::vector<std::string>> Take() {
    return std::exchange(records_, {});
  }

 private:
  void Start() {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
    cells_.clear();
    records_.clear();
  }

  static void OnCell(void* text, size_t size, void* self) {
    static_cast<Parser*>(self)->cells_.emplace_back(
        static_cast<const char*>(text), size);
  }
  static void OnRecord(int /*terminator*/, void* self) {
    auto* parser = static_cast<Parser*>(self);
    parser->records_.push_back(std::exchange(parser->cells_, {}));
  }

  const char delimiter_;
  csv_parser parser_{};
  std::vector<std::string> cells_;
  std::vector<std::vector<std::string>> records_;
};

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

class FileTable : public CsvTable {
 public:
  FileTable(InputFile file, char delimiter)
      : file_(std::move(file)), parser_(delimiter) {}

  absl::Status ReadHeader() {
    CsvRecord header;
    ASSIGN_OR_RETURN(const bool found, ReadRecord(&header));
    if (!found) return Fault(1, "is empty; the first line names the columns");
    if (!header.problem.empty()) return Fault(header.line, header.problem);
    std::set<std::string> seen;
    for (size_t i = 0; i < header.cells.size(); ++i) {
      const std::string& name = header.cells[i];
      if (name.empty()) {
        return Fault(header.line, fmt::format("column {} has no name", i + 1));
      }
      if (!seen.insert(name).second) {
        return Fault(header.line,
                     fmt::format("two columns are named '{}'", name));
      }
    }
    columns_ = std::move(header.cells);
    position_.row = 0;
    return absl::OkStatus();
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  absl::StatusOr<bool> Next(CsvRecord* record) override {
    ASSIGN_OR_RETURN(const bool found, ReadRecord(record));
    if (!found) return false;
    if (record->problem.empty() && record->cells.size() != columns_.size()) {
      record->problem = fmt::format("has {} cells, the header has {}",
                                    record->cells.size(), columns_.size());
    }
    return true;
  }

  Position position() const override { return position_; }

  absl::Status Resume(const Position& position) override {
    parser_.Reset();
    position_ = position;
    return file_.Seek(position.offset);
  }

  const std::string& path() const override { return file_.path(); }
  uint64_t size() const override { return file_.size(); }

 private:
  // Reads lines until they make a record.
  absl::StatusOr<bool> ReadRecord(CsvRecord* record) {
    record->problem.clear();
    bool started = false;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, file_.ReadLine(&line_));
      if (!more) return started && End(record);
      if (position_.offset == 0 && line_.starts_with(kByteOrderMark)) {
        line_.erase(0, std::string_view(kByteOrderMark).size());
      }
      const uint64_t line = position_.line++;
      position_.offset = file_.offset();
      if (!started && IsBlank(line_)) continue;
      if (!started) record->line = line;
      started = true;
      const size_t column = parser_.Feed(line_);
      if (column > 0) {
        return Refuse(record, fmt::format("column {} of line {}: a quote where "
                                          "none may be",
                                          column, line));
      }
      auto records = parser_.Take();
      if (records.empty() && line - record->line < kMaxRecordLines) continue;
      return Complete(std::move(records), record);
    }
  }

  bool Refuse(CsvRecord* record, std::string problem) {
    parser_.Reset();
    ++position_.row;
    record->problem = std::move(problem);
    return true;
  }

  bool Complete(std::vector<std::vector<std::string>> records,
                CsvRecord* record) {
    if (records.empty()) return Refuse(record, "a quote is not closed");
    if (records.size() > 1) {
      return Refuse(record,
                    "a carriage return without a line feed ends the record; "
                    "convert the line ends");
    }
    record->cells = std::move(records.front());
    for (const std::string& cell : record->cells) {
      if (!IsValidUtf8(cell)) return Refuse(record, "is not valid UTF-8");
    }
    ++position_.row;
    return true;
  }

  // The last line may lack its line break.
  bool End(CsvRecord* record) {
    if (!parser_.Finish()) return Refuse(record, "a quote is not closed");
    return Complete(parser_.Take(), record);
  }

  absl::Status Fault(uint64_t line, std::string_view what) const {
    return InputError(fmt::format("{}:{}: {}", file_.path(), line, what));
  }

  InputFile file_;
  Parser parser_;
  std::vector<std::string> columns_;
  Position position_;
  std::string line_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CsvTable>> CsvTable::Open(
    const std::string& path, char delimiter) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  auto table = std::make_unique<FileTable>(std::move(file), delimiter);
  RETURN_IF_ERROR(table->ReadHeader());
  return table;
}

}  // namespace mi::client
