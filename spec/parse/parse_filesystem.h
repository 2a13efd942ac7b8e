// config.md#root, config.md#mounts, and the id mappings, which `linux` also uses.
#pragma once

#include "spec/model/filesystem.h"

namespace oci::spec {

class Reader;

void parse(Reader& in, IdMapping& out);
void parse(Reader& in, Root& out);
void parse(Reader& in, Mount& out);

}  // namespace oci::spec
