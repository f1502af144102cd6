// What the tests of journals share.

#ifndef MI_TESTS_ENGINE_STORAGE_JOURNAL_TESTING_H_
#define MI_TESTS_ENGINE_STORAGE_JOURNAL_TESTING_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/storage/journal.h"

namespace mi::storage {

// A folder that is removed, with what is in it, at the end.
class TemporaryFolder {
 public:
  // On the disk of temporary files, or in memory where there is such a thing:
  // for tests that sync often and are not about the disk.
  enum class Where { kDisk, kMemory };
  explicit TemporaryFolder(Where where = Where::kDisk);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Records whose kind, version and body follow from their number, so that a
// reader can tell each from every other.
Record NumberedRecord(uint64_t number);
// Of `count` records, the first with number `first`.
std::vector<Record> NumberedRecords(uint64_t first, uint64_t count);

// A row that `number` decides, and that expires at that time.
IdempotencyRow NumberedIdempotencyRow(uint64_t number);

absl::StatusOr<std::vector<IdempotencyRow>> ReadAllIdempotency(
    Journal& journal);

// Appends NumberedRecords with their sequences as numbers.
absl::StatusOr<Position> AppendNumbered(Journal& journal, uint64_t count);

// All records behind `after`.
absl::StatusOr<std::vector<StoredRecord>> ReadAll(Journal& journal,
                                                  uint64_t after = 0);

// Fails the test unless `records` are the numbered records first, first + 1,
// ... with their numbers as sequences.
void ExpectNumbered(const std::vector<StoredRecord>& records, uint64_t first,
                    uint64_t count);

std::string ReadFile(const std::filesystem::path& path);
void WriteFile(const std::filesystem::path& path, std::string_view bytes);

// Runs SQL on a closed journal's file in `folder`, past all of its checks.
void ExecuteSql(const std::filesystem::path& folder, const std::string& sql);

}  // namespace mi::storage

#endif  // MI_TESTS_ENGINE_STORAGE_JOURNAL_TESTING_H_
