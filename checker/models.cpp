// The models that --model can name.
#include "base/text.hpp"
#include "checker/model.hpp"

namespace riptide::checker {

const std::vector<ModelInfo>& models() {
  static const std::vector<ModelInfo> all = {
      {ModelKind::cas_register,
       "cas-register",
       "a register per key with read, write and compare-and-set; starts as nil",
       {"read", "write", "cas"}},
      {ModelKind::single_register,
       "register",
       "a register per key with read and write; starts as nil",
       {"read", "write"}},
  };
  return all;
}

Result<Model> find_model(std::string_view name) {
  std::vector<std::string> names;
  for (const ModelInfo& model : models()) {
    if (model.name == name) return Model{.info = model};
    names.push_back(model.name);
  }
  const std::string meant = did_you_mean(name, names);
  std::string fix = "Use one of these models: " + join(names, ", ") + ".";
  if (!meant.empty()) fix = "Did you mean \"" + meant + "\"? " + fix;
  return fail("there is no model \"" + std::string(name) + "\"").fix(std::move(fix));
}

Model default_model() { return *find_model("cas-register"); }

}  // namespace riptide::checker
