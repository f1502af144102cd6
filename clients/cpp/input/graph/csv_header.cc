#include "clients/cpp/input/graph/csv_header.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

struct TypeName {
  std::string_view name;
  CsvCellType type;
};

// The first name of a type is the one that is written.
constexpr std::array<TypeName, 18> kTypes = {{
    {"string", CsvCellType::kString},
    {"char", CsvCellType::kString},
    {"int", CsvCellType::kInteger},
    {"long", CsvCellType::kInteger},
    {"short", CsvCellType::kInteger},
    {"byte", CsvCellType::kInteger},
    {"float", CsvCellType::kFloat},
    {"double", CsvCellType::kFloat},
    {"boolean", CsvCellType::kBoolean},
    {"bool", CsvCellType::kBoolean},
    {"date", CsvCellType::kDate},
    {"localtime", CsvCellType::kLocalTime},
    {"time", CsvCellType::kTime},
    {"localdatetime", CsvCellType::kLocalDateTime},
    {"datetime", CsvCellType::kZonedDateTime},
    {"duration", CsvCellType::kDuration},
    {"point", CsvCellType::kPoint},
    {"json", CsvCellType::kJson},
}};

struct RoleName {
  std::string_view name;
  CsvColumnRole role;
};

constexpr std::array<RoleName, 10> kRoles = {{
    {"ID", CsvColumnRole::kId},
    {"LABEL", CsvColumnRole::kLabels},
    {"START_ID", CsvColumnRole::kStartId},
    {"END_ID", CsvColumnRole::kEndId},
    {"TYPE", CsvColumnRole::kType},
    {"VALID_FROM", CsvColumnRole::kValidFrom},
    {"VALID_TO", CsvColumnRole::kValidTo},
    {"LINK_COLLECTION", CsvColumnRole::kLinkCollection},
    {"LINK_POINT", CsvColumnRole::kLinkPoint},
    {"IGNORE", CsvColumnRole::kIgnore},
}};

bool IsId(CsvColumnRole role) {
  return role == CsvColumnRole::kId || role == CsvColumnRole::kStartId ||
         role == CsvColumnRole::kEndId;
}

// Reads one title; what is wrong with it is an error's message.
class TitleParser {
 public:
  TitleParser(std::string title, CsvGraphColumn* column) : column_(*column) {
    column_.title = std::move(title);
  }

  std::string Run() {
    const std::string_view title = column_.title;
    const size_t colon = title.rfind(':');
    column_.property = std::string(title.substr(0, colon));
    if (colon == std::string_view::npos) return CheckProperty();
    const std::string_view type = title.substr(colon + 1);
    if (ReadRole(type)) return CheckRole();
    if (!problem_.empty()) return problem_;
    return ReadType(type);
  }

 private:
  // Whether it is one of the kinds that are no properties.
  bool ReadRole(std::string_view type) {
    const size_t open = type.find_first_of("({");
    const std::string_view name = type.substr(0, open);
    const auto* const found = std::find_if(
        kRoles.begin(), kRoles.end(),
        [name](const RoleName& role) { return role.name == name; });
    if (found == kRoles.end()) return false;
    column_.role = found->role;
    if (open == std::string_view::npos) return true;
    const std::string_view kind = type.substr(open);
    column_.is_integer_id = kind == "(int)";
    if (IsId(found->role) && (kind == "(int)" || kind == "(string)")) {
      return true;
    }
    problem_ = fmt::format(
        "'{}' behind {} is not known; ids are (int) or (string), and there are "
        "no spaces of ids: an id is of the whole graph",
        kind, name);
    return false;
  }

  std::string CheckRole() {
    if (column_.property.empty()) return "";
    if (column_.role == CsvColumnRole::kIgnore) return "";
    if (column_.role != CsvColumnRole::kId) {
      return "only properties and :ID have a name in front";
    }
    column_.type.cell =
        column_.is_integer_id ? CsvCellType::kInteger : CsvCellType::kString;
    return CheckProperty();
  }

  std::string ReadType(std::string_view type) {
    if (type.ends_with("[]")) {
      column_.type.is_list = true;
      type.remove_suffix(2);
    }
    const auto* const found = std::find_if(
        kTypes.begin(), kTypes.end(),
        [type](const TypeName& known) { return known.name == type; });
    const bool fits =
        found != kTypes.end() &&
        !(found->type == CsvCellType::kJson && column_.type.is_list);
    if (!fits) {
      std::vector<std::string_view> names;
      for (const TypeName& known : kTypes) names.push_back(known.name);
      return fmt::format("'{}' is no type; there are {}, and lists, string[]",
                         type, fmt::join(names, ", "));
    }
    column_.type.cell = found->type;
    const bool is_time =
        found->type == CsvCellType::kZonedDateTime && !column_.type.is_list;
    if (is_time && column_.property == "valid_from") {
      column_.role = CsvColumnRole::kValidFrom;
    } else if (is_time && column_.property == "valid_to") {
      column_.role = CsvColumnRole::kValidTo;
    }
    return CheckProperty();
  }

  std::string CheckProperty() const {
    const std::string problem = NameProblem(column_.property);
    return problem.empty()
               ? ""
               : fmt::format("the name of the property {}", problem);
  }

  CsvGraphColumn& column_;
  std::string problem_;
};

// The column in a message: 3 ('age:int').
std::string ColumnName(size_t i, const CsvGraphColumn& column) {
  return fmt::format("column {} ('{}')", i + 1, column.title);
}

// In a file of nodes, valid_from is a property like any other.
void MakeTimesProperties(CsvGraphColumn* column) {
  const bool is_time = column->role == CsvColumnRole::kValidFrom ||
                       column->role == CsvColumnRole::kValidTo;
  if (is_time && !column->property.empty()) {
    column->role = CsvColumnRole::kProperty;
  }
}

bool IsOfNodesOnly(CsvColumnRole role) {
  return role == CsvColumnRole::kLabels ||
         role == CsvColumnRole::kLinkCollection ||
         role == CsvColumnRole::kLinkPoint;
}

bool IsOfEdgesOnly(CsvColumnRole role) {
  return role == CsvColumnRole::kType || role == CsvColumnRole::kValidFrom ||
         role == CsvColumnRole::kValidTo;
}

// What is wrong with the columns together; nothing if all is well.
std::string Check(const CsvGraphHeader& header) {
  std::set<std::pair<CsvColumnRole, bool>> seen;
  for (size_t i = 0; i < header.columns.size(); ++i) {
    const CsvGraphColumn& column = header.columns[i];
    const CsvColumnRole role = column.role;
    if (header.is_edges ? IsOfNodesOnly(role) : IsOfEdgesOnly(role)) {
      return fmt::format("{}: is not for files of {}", ColumnName(i, column),
                         header.is_edges ? "edges" : "nodes");
    }
    const bool may_repeat =
        role == CsvColumnRole::kProperty || role == CsvColumnRole::kIgnore;
    if (!may_repeat && !seen.emplace(role, column.is_integer_id).second) {
      return fmt::format("{}: there is another one of its kind",
                         ColumnName(i, column));
    }
  }
  if (header.is_edges && !(header.Has(CsvColumnRole::kStartId) &&
                           header.Has(CsvColumnRole::kEndId))) {
    return "a file of edges has columns :START_ID and :END_ID";
  }
  if (!header.is_edges && !header.Has(CsvColumnRole::kId)) {
    return "there is no column :ID, as nodes have it, nor :START_ID and "
           ":END_ID, as edges have them";
  }
  return "";
}

}  // namespace

std::string CsvPropertyTypeName(CsvPropertyType type) {
  const auto* const found = std::find_if(
      kTypes.begin(), kTypes.end(),
      [type](const TypeName& known) { return known.type == type.cell; });
  return std::string(found->name) + (type.is_list ? "[]" : "");
}

bool CsvGraphHeader::Has(CsvColumnRole role) const {
  return std::any_of(
      columns.begin(), columns.end(),
      [role](const CsvGraphColumn& column) { return column.role == role; });
}

absl::StatusOr<CsvGraphHeader> ParseCsvGraphHeader(
    const std::string& path, const std::vector<std::string>& titles) {
  CsvGraphHeader header;
  for (const std::string& title : titles) {
    CsvGraphColumn& column = header.columns.emplace_back();
    const std::string problem = TitleParser(title, &column).Run();
    if (!problem.empty()) {
      return InputError(
          fmt::format("{}:1: {}: {}", path,
                      ColumnName(header.columns.size() - 1, column), problem));
    }
  }
  header.is_edges =
      header.Has(CsvColumnRole::kStartId) || header.Has(CsvColumnRole::kEndId);
  if (!header.is_edges) {
    for (CsvGraphColumn& column : header.columns) MakeTimesProperties(&column);
  }
  const std::string problem = Check(header);
  if (!problem.empty()) {
    return InputError(fmt::format("{}:1: {}", path, problem));
  }
  return header;
}

}  // namespace mi::client
