#include "server/auth/permissions.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/budget_service.pb.h"
#include "marketing/intelligence/v1/collection_service.pb.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "marketing/intelligence/v1/operations_service.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::auth {
namespace {

using google::protobuf::FileDescriptor;
using ::testing::UnorderedElementsAreArray;

// "service/method" of every method of the API. A new service file is added
// here; its methods then follow by themselves.
std::set<std::string> MethodsOfTheApi() {
  std::set<std::string> methods;
  for (const FileDescriptor* file :
       {marketing::intelligence::v1::BudgetGroup::descriptor()->file(),
        marketing::intelligence::v1::Collection::descriptor()->file(),
        marketing::intelligence::v1::Graph::descriptor()->file(),
        marketing::intelligence::v1::Limits::descriptor()->file(),
        marketing::intelligence::v1::Point::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto* service = file->service(i);
      for (int j = 0; j < service->method_count(); ++j) {
        methods.insert(service->full_name() + "/" + service->method(j)->name());
      }
    }
  }
  return methods;
}

TEST(PermissionsTest, EveryMethodOfTheApiHasExactlyOneRow) {
  std::vector<std::string> rows;
  for (const MethodPermission& row : MethodPermissions()) {
    rows.push_back(std::string(row.service) + "/" + std::string(row.method));
  }
  EXPECT_GE(rows.size(), 20u);
  EXPECT_THAT(rows, UnorderedElementsAreArray(MethodsOfTheApi()));
}

TEST(PermissionsTest, WhatChangesSomethingIsNotARead) {
  for (const MethodPermission& row : MethodPermissions()) {
    bool changes = false;
    for (const char* word : {"Create", "Update", "Delete", "Upsert", "Write",
                             "Restore", "Cancel"}) {
      changes |= row.method.find(word) != std::string_view::npos;
    }
    EXPECT_EQ(row.needs != Permission::kRead, changes) << row.method;
  }
}

TEST(PermissionsTest, ASetAllowsWhatIsInIt) {
  const Permissions some =
      Permissions().With(Permission::kRead).With(Permission::kAdmin);
  EXPECT_TRUE(some.Allows(Permission::kRead));
  EXPECT_FALSE(some.Allows(Permission::kWrite));
  EXPECT_TRUE(some.Allows(Permission::kAdmin));
  EXPECT_FALSE(Permissions().Allows(Permission::kRead));
}

TEST(PermissionsTest, NamesAreReadAndWritten) {
  EXPECT_EQ(ParsePermissions("admin,read"),
            Permissions().With(Permission::kRead).With(Permission::kAdmin));
  EXPECT_EQ(FormatPermissions(*ParsePermissions("admin,read")), "read,admin");
  EXPECT_EQ(ParsePermissions("read,write,admin"), Permissions::All());
  for (const char* wrong :
       {"", "read,", ",read", "Read", "read write", "all"}) {
    EXPECT_EQ(ParsePermissions(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace mi::auth
