#include "clients/cpp/input/csv_reader.h"

#include <utility>

#include "clients/cpp/input/csv_table.h"
#include "clients/cpp/status_macros.h"

namespace mi::client {
namespace {

class CsvReader : public PointReader {
 public:
  CsvReader(std::unique_ptr<CsvTable> table, CsvMapping mapping)
      : table_(std::move(table)), mapping_(std::move(mapping)) {}

  absl::StatusOr<bool> Next(Row* row) override {
    ASSIGN_OR_RETURN(const bool more, table_->Next(&record_));
    if (!more) return false;
    row->line = record_.line;
    row->point.Clear();
    row->problem = record_.problem;
    if (row->problem.empty()) {
      row->problem =
          mapping_.Convert(record_.cells, table_->position().row, &row->point)
              .value_or("");
    }
    return true;
  }

  Position position() const override { return table_->position(); }
  absl::Status Resume(const Position& position) override {
    return table_->Resume(position);
  }
  const std::string& path() const override { return table_->path(); }
  uint64_t size() const override { return table_->size(); }

 private:
  const std::unique_ptr<CsvTable> table_;
  const CsvMapping mapping_;
  CsvRecord record_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PointReader>> OpenCsv(const std::string& path,
                                                     char delimiter,
                                                     CsvMapping mapping) {
  ASSIGN_OR_RETURN(auto table, CsvTable::Open(path, delimiter));
  return std::make_unique<CsvReader>(std::move(table), std::move(mapping));
}

}  // namespace mi::client
