#include "server/model/descriptor.h"

#include <json/json.h>

#include <algorithm>
#include <utility>

#include "server/base/log.h"

namespace ms::model {
namespace {

LogCategory kLog("KurentoModuleRegistry");

}  // namespace

const Method* ClassDescriptor::findMethod(std::string_view method) const {
  for (const ClassDescriptor* type = this; type; type = type->base) {
    const auto found = std::ranges::find(type->methods, method, &Method::name);
    if (found != type->methods.end()) return &*found;
  }
  return nullptr;
}

bool ClassDescriptor::hasEvent(std::string_view event) const {
  for (const ClassDescriptor* type = this; type; type = type->base) {
    if (std::ranges::find(type->events, event) != type->events.end()) return true;
  }
  return false;
}

bool ClassDescriptor::isA(std::string_view other_qualified_name) const {
  for (const ClassDescriptor* type = this; type; type = type->base) {
    if (type->qualified_name == other_qualified_name) return true;
  }
  return false;
}

std::vector<std::string_view> ClassDescriptor::hierarchy() const {
  std::vector<std::string_view> names;
  for (const ClassDescriptor* type = base; type; type = type->base) {
    names.push_back(type->qualified_name);
  }
  return names;
}

void ModuleRegistry::addModule(const ModuleDescriptor& module) {
  modules_.push_back(&module);
  for (const ClassDescriptor* type : module.classes) {
    classes_.emplace(type->qualified_name, type);
    const auto [known, added] = classes_.emplace(type->name, type);
    if (!added && known->second != type) {
      MS_LOG(kLog, Warning,
             "module '" << module.name << "' has a class '" << type->name
                        << "' like an earlier module: it is reached as '" << type->qualified_name
                        << "' only");
    }
  }
}

void ModuleRegistry::addFactory(const ClassDescriptor& descriptor, Factory factory) {
  factories_.insert_or_assign(&descriptor, std::move(factory));
}

const ClassDescriptor* ModuleRegistry::findClass(std::string_view type) const {
  const auto found = classes_.find(type);
  return found == classes_.end() ? nullptr : found->second;
}

const Factory* ModuleRegistry::findFactory(const ClassDescriptor& descriptor) const {
  if (descriptor.is_abstract) return nullptr;
  const auto found = factories_.find(&descriptor);
  return found == factories_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> ModuleRegistry::factoriesOf(const ModuleDescriptor& module) const {
  std::vector<std::string_view> names;
  for (const ClassDescriptor* type : module.classes) {
    if (findFactory(*type)) names.push_back(type->name);
  }
  return names;
}

}  // namespace ms::model
