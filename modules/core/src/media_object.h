// What every API object answers to: name, tags, place in the tree, creation time, and the fields
// that all its events carry.
//
// Subclasses add a generated interface each (api::MediaElement, api::SdpEndpoint, ...), so that the
// chain of classes here is the `hierarchy` that describe returns.
#pragma once

#include <json/value.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "modules/core/api.h"
#include "modules/core/src/module_settings.h"
#include "server/model/object.h"

namespace ms::core {

class MediaObject : public model::Object, public api::MediaObject {
 public:
  static constexpr std::size_t kMaxTags = 1000;
  static constexpr std::size_t kMaxTagBytes = 64 * 1024;  // Key and value together.

  explicit MediaObject(model::ObjectContext context);

  // api::MediaObject. Source: reference, chapter 8 ("Tags"); addTag replaces an equal key's value.
  model::ObjectPtr getMediaPipeline() override;
  model::ObjectPtr getParent() override;
  std::string getId() override;
  std::vector<model::ObjectPtr> getChildren() override;
  std::string getName() override;
  void setName(const std::string& name) override;
  bool getSendTagsInEvents() override;
  void setSendTagsInEvents(bool send_tags_in_events) override;
  int getCreationTime() override;  // Seconds since 1970.
  void addTag(const std::string& key, const std::string& value) override;
  void removeTag(const std::string& key) override;      // 40110 when there is none.
  std::string getTag(const std::string& key) override;  // 40110 when there is none.
  std::vector<api::Tag> getTags() override;

  // model::Object. Those of the object, while it wants them sent.
  Json::Value eventTags() const override;

 protected:
  // Sends an event of the API to its subscribers.
  template <class Event>
  void raise(const Event& event) {
    raise(Event::name, toJson(event));
  }
  ModuleSettings settings() const { return ModuleSettings(modulesConfig()); }
  // An Error event on this object: the call that met it goes on.
  void raiseError(const std::string& description, int code, const std::string& type);

 private:
  void raise(std::string_view type, Json::Value data);
  std::vector<api::Tag> tagList() const;

  std::string name_;
  std::map<std::string, std::string> tags_;
  bool send_tags_in_events_ = false;
  const int creation_time_;
};

}  // namespace ms::core
