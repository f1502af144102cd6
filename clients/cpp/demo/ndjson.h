// A campaign as a line of NDJSON, in the form that `mi load` reads.

#ifndef MI_CLIENTS_CPP_DEMO_NDJSON_H_
#define MI_CLIENTS_CPP_DEMO_NDJSON_H_

#include <string>

#include "clients/cpp/demo/campaign.h"

namespace mi::client::demo {

// With the line break. start_date and end_date are datetimes, location is a
// place; money and rates are decimal numbers.
std::string ToNdjson(const Campaign& campaign);

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_NDJSON_H_
