// A value together with its schema: reading a field gives what is written, else the schema's
// default, so that no decoder knows a default. Made on the fly; borrows both. What is of the wrong
// type reads as the default: the validator has reported it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "config/schema.h"

namespace fairway::config {

class Reader {
  public:
    Reader(const Value& value, const Schema& schema) : value_(&value), schema_(&schema) {}

    // A field by its name in the schema.
    Reader operator[](std::string_view name) const {
        const Property* property = schema_->find(name);
        FW_CHECK(property != nullptr);
        return {(*value_)[name], property->schema};
    }
    // Is it written in the document?
    bool given() const { return static_cast<bool>(*value_); }
    const Value& value() const { return *value_; }
    Pos pos() const { return value_->pos(); }
    const Schema& schema() const { return *schema_; }

    std::string_view view() const { return effective().text(); }
    std::string text() const { return std::string(view()); }
    bool boolean() const {
        return value_->boolean().value_or(schema_->otherwise.boolean().value_or(false));
    }
    std::int64_t integer() const {
        return value_->integer().value_or(schema_->otherwise.integer().value_or(0));
    }
    std::uint32_t u32() const { return static_cast<std::uint32_t>(integer()); }
    double number() const {
        return value_->number().value_or(schema_->otherwise.number().value_or(0));
    }
    template <class E, std::size_t N>
    E pick(const std::pair<std::string_view, E> (&names)[N]) const {
        const std::string_view word = view();
        for (const auto& [name, value] : names) {
            if (name == word) return value;
        }
        return names[0].second;
    }
    // Items of a list (its default's, if it is not written).
    template <class F>
    void each(F&& take) const {
        for (const Value& item : effective().items()) take(Reader(item, schema_->items[0]));
    }

  private:
    const Value& effective() const { return given() ? *value_ : schema_->otherwise; }
    const Value* value_;
    const Schema* schema_;
};

}  // namespace fairway::config
