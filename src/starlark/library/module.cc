#include "starlark/library/module.h"

#include <algorithm>
#include <string>
#include <vector>

#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"

namespace firn::starlark {
namespace {

struct ModuleObject : HostObject {
  using HostObject::HostObject;

  const ModuleDefinition* definition = nullptr;
  NamedValue* members = nullptr;  ///< a buffer on the same heap
  size_t size = 0;

  std::span<NamedValue> items() const { return {members, size}; }
};

const ModuleObject& AsModule(const HostObject& object) {
  return static_cast<const ModuleObject&>(object);
}

/// Attributes have slots: a program that says `json.decode` looks the name up once.
class ModuleType final : public HostType {
 public:
  std::string_view name() const override { return "module"; }
  void Repr(Thread&, const HostObject& object, std::string& out) const override {
    out.append("<module \"").append(AsModule(object).definition->name).append("\">");
  }
  void Freeze(HostObject& object) const override {
    for (const NamedValue& member : AsModule(object).items()) firn::starlark::Freeze(member.value);
  }
  void Trace(HostObject& object, Marker& marker) const override {
    marker.MarkBuffer(AsModule(object).members);
    for (const NamedValue& member : AsModule(object).items()) marker.Mark(member.value);
  }
  Value Attr(Thread& thread, HostObject& object, std::string_view attribute) const override {
    const Slot slot = FindAttr(object, attribute);
    return slot == kNoSlot ? Value() : AttrAt(thread, object, slot);
  }
  void AppendAttrNames(const HostObject& object, std::vector<std::string>& names) const override {
    for (const NamedValue& member : AsModule(object).items()) names.emplace_back(member.name);
  }
  Slot FindAttr(const HostObject& object, std::string_view attribute) const override {
    const std::span<NamedValue> items = AsModule(object).items();
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const NamedValue& m) { return m.name == attribute; });
    return found == items.end() ? kNoSlot : static_cast<Slot>(found - items.begin());
  }
  Value AttrAt(Thread&, HostObject& object, Slot slot) const override { return AsModule(object).members[slot].value; }
};

const ModuleType kModuleType;

std::string_view AttributeName(std::string_view function) {
  return function.substr(function.rfind('.') + 1);
}

}  // namespace

Value MakeModule(Heap& heap, const ModuleDefinition& definition, std::span<const NamedValue> constants,
                 const Value& self) {
  auto* module = NewHost<ModuleObject>(heap, kModuleType);
  module->definition = &definition;
  // Modules of one definition have their members in one order.
  module->layout = reinterpret_cast<uint64_t>(&definition);
  const size_t size = definition.functions.size() + constants.size();
  module->members = static_cast<NamedValue*>(heap.Allocate(size * sizeof(NamedValue)));
  for (const NativeDefinition& function : definition.functions) {
    new (&module->members[module->size++]) NamedValue{AttributeName(function.name), MakeBuiltin(heap, function, self)};
  }
  for (const NamedValue& constant : constants) new (&module->members[module->size++]) NamedValue(constant);
  return Value::Of(static_cast<HostObject*>(module));
}

}  // namespace firn::starlark
