// What the server knows of a class at run time: the tables that modules/codegen makes from a
// module.kmd.json, and the factories that a module adds to them.
//
// A call goes in two steps, because its arguments are read where the object registry lives and its
// work is done where the object lives:
//   1. on the control loop, Method::bind checks and converts the JSON arguments, resolves object
//      ids, and gives back a Call, or throws ApiError;
//   2. on the object's loop the Call runs and answers through Reply, at once or later.
#pragma once

#include <json/forwards.h>

#include <any>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/model/api_error.h"
#include "server/model/object.h"

namespace ms::model {

// Finds the objects that arguments name. Throws ApiError 40101 (40109 for a newref: that stayed).
class ObjectResolver {
 public:
  virtual ~ObjectResolver() = default;
  virtual ObjectPtr resolve(const std::string& id) = 0;
};

using Result = std::expected<Json::Value, ApiError>;

// Called exactly once, on the loop that the Call ran on.
using Reply = std::move_only_function<void(Result)>;

// Runs on the object's loop. A thrown ApiError is a reply, too: whoever runs the Call catches it.
using Call = std::move_only_function<void(Object&, Reply)>;

struct Method {
  std::string_view name;  // "processOffer", "getName", "setName".
  Call (*bind)(const Json::Value& params, ObjectResolver&);
};

// A constructor call whose arguments are checked. `arguments` holds the generated struct
// api::<Class>Arguments.
struct Construction {
  ObjectPtr parent;  // Null for a MediaPipeline.
  std::any arguments;
};

struct ClassDescriptor {
  std::string_view name;            // "WebRtcEndpoint"
  std::string_view qualified_name;  // "kurento.WebRtcEndpoint"
  std::string_view module;          // "elements"
  const ClassDescriptor* base;      // Null for MediaObject.
  bool is_abstract;
  std::span<const Method> methods;           // Own ones, properties' getters and setters included.
  std::span<const std::string_view> events;  // Own ones.
  Construction (*bind_constructor)(const Json::Value& params, ObjectResolver&);  // Null if none.

  // Search this class, then its bases; null when there is none.
  const Method* findMethod(std::string_view method) const;
  bool hasEvent(std::string_view event) const;
  bool isA(std::string_view other_qualified_name) const;
  std::vector<std::string_view> hierarchy() const;  // Qualified ancestors, nearest first.
};

struct ModuleDescriptor {
  std::string_view name;  // "elements"
  std::string_view version;
  std::string_view generation_time;
  std::string_view kmd;  // The descriptor as JSON text, as getKmd returns it.
  std::span<const ClassDescriptor* const> classes;
};

// Makes an object of a class on its loop. Generated api::factoryOf<Class>() wraps a typed function.
using Factory = std::function<ObjectPtr(ObjectContext, const std::any& arguments)>;

// All modules and the classes that can be created. Filled at start, then only read: any thread.
class ModuleRegistry {
 public:
  // `module` and all it points to must live as long as the process.
  void addModule(const ModuleDescriptor& module);
  void addFactory(const ClassDescriptor& descriptor, Factory factory);

  // Accepts "WebRtcEndpoint" and "kurento.WebRtcEndpoint". Null when there is none.
  const ClassDescriptor* findClass(std::string_view type) const;
  // Null when the class is abstract or nothing here makes it.
  const Factory* findFactory(const ClassDescriptor& descriptor) const;
  const std::vector<const ModuleDescriptor*>& modules() const { return modules_; }
  std::vector<std::string_view> factoriesOf(const ModuleDescriptor& module) const;

 private:
  std::vector<const ModuleDescriptor*> modules_;
  std::map<std::string, const ClassDescriptor*, std::less<>> classes_;  // By both names.
  std::map<const ClassDescriptor*, Factory> factories_;
};

}  // namespace ms::model
