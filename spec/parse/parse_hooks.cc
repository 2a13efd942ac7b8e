#include "spec/parse/parse_hooks.h"

#include "spec/parse/names.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, Hook& out);

void parse(Reader& in, Hook& out) {
  in.required("path", out.path);
  in.optional("args", out.args);
  in.optional("env", out.env);
  in.optional("timeout", out.timeout);
}

void parse(Reader& in, Hooks& out) {
  std::vector<Hook>* const lists[] = {&out.prestart,         &out.create_runtime,
                                      &out.create_container, &out.start_container,
                                      &out.poststart,        &out.poststop};
  static_assert(std::size(lists) == std::size(kHookNames));
  for (size_t i = 0; i < std::size(lists); ++i)
    in.optional(kHookNames[i].name, *lists[i]);
}

}  // namespace oci::spec
