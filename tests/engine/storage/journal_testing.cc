#include "tests/engine/storage/journal_testing.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/base/random.h"
#include "engine/base/status_macros.h"
#include "engine/storage/sqlite_journal_file.h"
#include "gtest/gtest.h"

namespace mi::storage {

TemporaryFolder::TemporaryFolder(Where where) {
  const std::filesystem::path memory = "/dev/shm";
  const bool in_memory =
      where == Where::kMemory && access(memory.c_str(), W_OK) == 0;
  const std::filesystem::path parent =
      in_memory ? memory : std::filesystem::path(::testing::TempDir());
  std::string name = (parent / "mi-journal-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr) << name;
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

Record NumberedRecord(uint64_t number) {
  Random random(number);
  Record record{.kind = static_cast<uint32_t>(random.Bits()),
                .schema_version = static_cast<uint32_t>(random.Below(9)),
                .body = std::string(random.Below(300), '\0')};
  for (char& byte : record.body) byte = static_cast<char>(random.Bits());
  return record;
}

std::vector<Record> NumberedRecords(uint64_t first, uint64_t count) {
  std::vector<Record> records;
  for (uint64_t i = 0; i < count; ++i) {
    records.push_back(NumberedRecord(first + i));
  }
  return records;
}

IdempotencyRow NumberedIdempotencyRow(uint64_t number) {
  Random random(number);
  IdempotencyRow row{.key = "key " + std::to_string(number),
                     .request_hash = std::string(32, '\0'),
                     .sequence = number,
                     .expires_at = static_cast<TimeMicros>(number),
                     .answer = std::string(random.Below(100), '\0')};
  for (char& byte : row.request_hash) byte = static_cast<char>(random.Bits());
  for (char& byte : row.answer) byte = static_cast<char>(random.Bits());
  return row;
}

absl::StatusOr<std::vector<IdempotencyRow>> ReadAllIdempotency(
    Journal& journal) {
  std::vector<IdempotencyRow> rows;
  RETURN_IF_ERROR(journal.ReadIdempotency([&](const IdempotencyRow& row) {
    rows.push_back(row);
    return absl::OkStatus();
  }));
  return rows;
}

absl::StatusOr<Position> AppendNumbered(Journal& journal, uint64_t count) {
  ASSIGN_OR_RETURN(const Position head, journal.Head());
  return journal.Append(NumberedRecords(head.sequence + 1, count), head);
}

absl::StatusOr<std::vector<StoredRecord>> ReadAll(Journal& journal,
                                                  uint64_t after) {
  std::vector<StoredRecord> records;
  RETURN_IF_ERROR(journal.Read(after, [&](const StoredRecord& record) {
    records.push_back(record);
    return absl::OkStatus();
  }));
  return records;
}

void ExpectNumbered(const std::vector<StoredRecord>& records, uint64_t first,
                    uint64_t count) {
  ASSERT_EQ(records.size(), count);
  for (uint64_t i = 0; i < count; ++i) {
    ASSERT_EQ(records[i].sequence, first + i);
    ASSERT_EQ(records[i].record, NumberedRecord(first + i)) << first + i;
  }
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.good()) << path;
}

void ExecuteSql(const std::filesystem::path& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder / kJournalFile).c_str(), &database),
            SQLITE_OK);
  char* error = nullptr;
  sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error);
  EXPECT_EQ(error, nullptr) << error;
  sqlite3_free(error);
  sqlite3_close(database);
}

}  // namespace mi::storage
