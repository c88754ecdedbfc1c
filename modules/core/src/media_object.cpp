#include "modules/core/src/media_object.h"

#include <json/value.h>

#include <chrono>
#include <utility>

#include "server/model/api_error.h"
#include "server/model/descriptor.h"

namespace ms::core {
namespace {

std::chrono::milliseconds sinceEpoch() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

model::ApiError noSuchTag(const std::string& key) {
  return {model::ErrorCode::MediaObjectTagKeyNotFound, "Tag key '" + key + "' not found"};
}

}  // namespace

MediaObject::MediaObject(model::ObjectContext context)
    : model::Object(context),
      name_(context.id),
      creation_time_(static_cast<int>(sinceEpoch().count() / 1000)) {}

model::ObjectPtr MediaObject::getMediaPipeline() { return root(); }

model::ObjectPtr MediaObject::getParent() { return parent(); }

std::string MediaObject::getId() { return id(); }

std::vector<model::ObjectPtr> MediaObject::getChildren() {
  std::vector<model::ObjectPtr> living;
  for (const auto& weak : children())
    if (auto child = weak.lock(); child && !child->isClosed()) living.push_back(std::move(child));
  return living;
}

std::string MediaObject::getName() { return name_; }

void MediaObject::setName(const std::string& name) { name_ = name; }

bool MediaObject::getSendTagsInEvents() { return send_tags_in_events_; }

void MediaObject::setSendTagsInEvents(bool send_tags_in_events) {
  send_tags_in_events_ = send_tags_in_events;
}

int MediaObject::getCreationTime() { return creation_time_; }

void MediaObject::addTag(const std::string& key, const std::string& value) {
  if (key.size() + value.size() > kMaxTagBytes)
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam, "Tag is too long");
  if (tags_.size() >= kMaxTags && !tags_.contains(key))
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam, "Object has too many tags");
  tags_[key] = value;
}

void MediaObject::removeTag(const std::string& key) {
  if (tags_.erase(key) == 0) throw noSuchTag(key);
}

std::string MediaObject::getTag(const std::string& key) {
  const auto found = tags_.find(key);
  if (found == tags_.end()) throw noSuchTag(key);
  return found->second;
}

std::vector<api::Tag> MediaObject::getTags() { return tagList(); }

std::vector<api::Tag> MediaObject::tagList() const {
  std::vector<api::Tag> list;
  for (const auto& [key, value] : tags_) {
    api::Tag tag;
    tag.key = key;
    tag.value = value;
    list.push_back(std::move(tag));
  }
  return list;
}

Json::Value MediaObject::eventTags() const {
  Json::Value list(Json::arrayValue);
  if (send_tags_in_events_)
    for (const api::Tag& tag : tagList()) list.append(toJson(tag));
  return list;
}

void MediaObject::raiseError(const std::string& description, int code, const std::string& type) {
  api::Error event;
  event.description = description;
  event.error_code = code;
  event.type = type;
  raise(event);
}

void MediaObject::raise(std::string_view type, Json::Value data) {
  if (isClosed()) return;
  data["source"] = id();
  data["timestampMillis"] = std::to_string(sinceEpoch().count());
  data["tags"] = eventTags();
  if (!data.isMember("type")) data["type"] = std::string(type);
  sendEvent(type, std::move(data));
}

}  // namespace ms::core
