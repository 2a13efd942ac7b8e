// The rows of `list`, with few system calls for each.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::state {

// Calls `each` for every container, sorted by id. One that is about to be made or removed has no
// row. A missing root has no rows if it is the default, otherwise it is an error.
Status for_each_row(const Store& store, const std::function<void(Listed& row)>& each);

// The record of the container `id` below the open state root. Absent: something about it is
// unusual, and Store::open() with StateDir::load() tells what. Internal to this folder.
std::optional<Record> usual_record(int root, const std::string& id);

// As status_of(), with the path of the gate below `dir`. Internal to this folder.
spec::ContainerStatus status_at(const Record& record, int dir, const std::string& gate);

}  // namespace oci::state
