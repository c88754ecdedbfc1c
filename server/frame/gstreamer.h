// GStreamer, started when the first chain needs it, and pointers that count its references. For the
// .cpp files of this folder; headers that others include keep GStreamer out.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

namespace ms::frame {

// Loads GStreamer; afterwards at once. Reads its plug-in registry: takes some 100 ms, or seconds
// where the registry has to be made. On an executor, never on a loop. Any number of threads.
void startGStreamer();
bool isGStreamerStarted();

struct GstRelease {
  void operator()(GstObject* object) const { gst_object_unref(object); }
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstPlugin* plugin) const { gst_object_unref(plugin); }
  void operator()(GstElementFactory* factory) const { gst_object_unref(factory); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstClock* clock) const { gst_object_unref(clock); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstQuery* query) const { gst_query_unref(query); }
  void operator()(gchar* text) const { g_free(text); }
  void operator()(GError* error) const { g_error_free(error); }
};
template <class T>
using GstPtr = std::unique_ptr<T, GstRelease>;

// Reads what is open, which stays the caller's and must outlive it. No URI reaches descriptors.
// Null when GStreamer has no such element; else not owned yet.
GstElement* makeDescriptorSource(int descriptor);

// False: it was taken out of the bin meanwhile, and what it tells is of no interest any more.
bool isFromWithin(GstElement* bin, GstMessage* message);

// The bin as a graph in Graphviz's language; empty without one.
std::string dotOf(GstElement* bin);

}  // namespace ms::frame
