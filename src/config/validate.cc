#include "config/validate.h"

#include <algorithm>

namespace fairway::config {

namespace {

using Names = std::vector<std::string_view>;

std::string list(const Names& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
        out += names[i];
    }
    return out;
}

// A number for a message: without a fraction if it has none.
std::string number_text(double value) {
    if (value == static_cast<double>(static_cast<long long>(value))) {
        return std::to_string(static_cast<long long>(value));
    }
    return std::to_string(value);
}

std::size_t length_in_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

class Validator {
  public:
    explicit Validator(Findings& findings) : findings_(findings) {}
    void check(const Value& value, const Schema& schema);
    // The fields of `root` but those that are not the schema's business.
    void check_fields(const Value& map, const Schema& schema, bool is_root);

  private:
    void check_object(const Value& value, const Schema& schema);
    void check_free_keys(const Value& map, const Schema& schema);
    void unknown_field(const Member& member, const Schema& schema, bool is_root);
    void check_list(const Value& list, const Schema& schema);
    void check_unique(const Value& list, const Schema& schema);
    void check_string(const Value& value, const Schema& schema);
    void check_text(const Value& value, const Schema& schema);
    void check_boolean(const Value& value);
    void check_number(const Value& value, const Schema& schema, bool whole);
    void check_int_or_string(const Value& value, const Schema& schema);
    bool is_enum_value(const Value& value, const Schema& schema);
    std::string shown(const Value& value, const Schema& schema) const {
        return schema.secret ? "the value" : quote(value.text());
    }
    void wrong_type(const Value& value, const char* due);

    Findings& findings_;
};

void Validator::check(const Value& value, const Schema& schema) {
    if (value.is_null()) {
        if (!schema.nullable)
            findings_.error(value, "there is no value", "give one or leave the field out");
        return;
    }
    switch (schema.type) {
        case Schema::Type::kObject:
            return check_object(value, schema);
        case Schema::Type::kArray:
            return check_list(value, schema);
        case Schema::Type::kString:
            return check_string(value, schema);
        case Schema::Type::kInteger:
            return check_number(value, schema, true);
        case Schema::Type::kNumber:
            return check_number(value, schema, false);
        case Schema::Type::kBoolean:
            return check_boolean(value);
        case Schema::Type::kIntOrString:
            return check_int_or_string(value, schema);
    }
}

void Validator::wrong_type(const Value& value, const char* due) {
    const char* is = value.is_map() ? "a map" : value.is_sequence() ? "a list" : "a single value";
    findings_.error(value, std::string("is ") + is, std::string("must be ") + due);
}

void Validator::check_object(const Value& value, const Schema& schema) {
    if (!value.is_map()) return wrong_type(value, "a map");
    if (schema.preserve_unknown) return;
    if (schema.has_free_keys()) return check_free_keys(value, schema);
    check_fields(value, schema, false);
}

void Validator::check_fields(const Value& map, const Schema& schema, bool is_root) {
    // How many required fields there are, to look for missing ones only if some are.
    std::size_t required = 0;
    for (const Member& member : map.members()) {
        if (is_root &&
            (member.key == "apiVersion" || member.key == "kind" || member.key == "metadata")) {
            continue;
        }
        const Property* property = schema.find(member.key);
        if (property == nullptr) {
            unknown_field(member, schema, is_root);
        } else if (member.value.is_null()) {
            // The same as no field: Kubernetes writes them.
        } else if (!property->schema.refused.empty()) {
            findings_.error(member, "is not honoured here", property->schema.refused);
        } else {
            required += property->required;
            if (const std::string& why = property->schema.unsupported; !why.empty()) {
                findings_.unsupported(member.value, member.key_pos, "is not honoured yet", why);
            }
            check(member.value, property->schema);
        }
    }
    const auto wanted =
        static_cast<std::size_t>(std::count_if(schema.properties.begin(), schema.properties.end(),
                                               [](const Property& p) { return p.required; }));
    if (required == wanted) return;
    for (const Property& property : schema.properties) {
        if (!property.required || map[property.name]) continue;
        if (property.schema.nullable && map.find(property.name) != nullptr) continue;
        findings_.absent(map, property.name, "is missing",
                         property.schema.description.empty() ? "" : property.schema.description);
    }
}

void Validator::unknown_field(const Member& member, const Schema& schema, bool is_root) {
    Names names;
    if (is_root) names = {"apiVersion", "kind", "metadata"};
    for (const Property& property : schema.properties) {
        if (property.schema.refused.empty()) names.push_back(property.name);
    }
    const std::string_view near = nearest(member.key, names);
    std::string right = names.empty() ? "leave it out" : "known here: " + list(names);
    if (!near.empty()) right = "did you mean " + quote(near) + "?";
    findings_.error(member, "unknown field", std::move(right));
}

void Validator::check_free_keys(const Value& map, const Schema& schema) {
    if (map.size() > schema.max_items) {
        findings_.error(map, "has " + std::to_string(map.size()) + " entries",
                        "at most " + std::to_string(schema.max_items));
    }
    for (const Member& member : map.members()) {
        const Scalar kind =
            member.key_style == Style::kPlain ? plain_scalar(member.key) : Scalar::kText;
        if (kind != Scalar::kText) {
            findings_.error(member,
                            "key " + quote(member.key) + " does not read as text everywhere",
                            "put it in quotes");
        } else if (const char* right = format_fault(schema.key_format, member.key)) {
            findings_.error(member, "key " + quote(member.key) + " is not allowed", right);
        }
        check(member.value, schema.items[0]);
    }
}

void Validator::check_list(const Value& list, const Schema& schema) {
    if (!list.is_sequence()) return wrong_type(list, "a list");
    if (list.size() > schema.max_items) {
        return findings_.error(list, "has " + std::to_string(list.size()) + " entries",
                               "at most " + std::to_string(schema.max_items));
    }
    if (list.size() < schema.min_items) findings_.error(list, "is empty", "at least one entry");
    if (schema.items.empty()) return;
    for (const Value& item : list.items()) check(item, schema.items[0]);
    if (schema.unique_items || !schema.list_keys.empty()) check_unique(list, schema);
}

// What tells two entries apart: the text itself, or the fields named by list-map-keys.
std::string unique_key(const Value& item, const Schema& schema) {
    if (schema.list_keys.empty()) return item.string();
    std::string out;
    for (const std::string& name : schema.list_keys) {
        const Property* property = schema.items[0].find(name);
        const Value& value = item[name];
        out += value ? value.text() : property->schema.otherwise.text();
        out += '/';
    }
    out.pop_back();
    return out;
}

void Validator::check_unique(const Value& list, const Schema& schema) {
    if (list.size() < 2) return;
    const auto report = [&](const Value& item, const Value& first, const std::string& key) {
        findings_.error(item,
                        (schema.secret ? "an entry" : quote(key)) + " stands twice in this list",
                        "keep one; the first is on line " + std::to_string(first.pos().line));
    };
    std::vector<std::pair<std::string, const Value*>> keys;
    keys.reserve(list.size());
    for (const Value& item : list.items()) keys.emplace_back(unique_key(item, schema), &item);
    // Entries stand in one array: the address orders them as the file does.
    std::sort(keys.begin(), keys.end());
    const Value* first = keys[0].second;
    for (std::size_t i = 1; i < keys.size(); ++i) {
        if (keys[i].first != keys[i - 1].first) {
            first = keys[i].second;
        } else {
            report(*keys[i].second, *first, keys[i].first);
        }
    }
}

void Validator::check_string(const Value& value, const Schema& schema) {
    if (!value.is_scalar()) return wrong_type(value, "text");
    const char* what = nullptr;
    switch (value.scalar_kind()) {
        case Scalar::kText:
            return check_text(value, schema);
        case Scalar::kBool:
            what = " is true or false, not text";
            break;
        case Scalar::kOldBool:
            what = " reads as true or false in YAML 1.1, not as text";
            break;
        case Scalar::kInteger:
        case Scalar::kNumber:
        case Scalar::kOldNumber:
        case Scalar::kNull:
            what = " is a number, not text";
            break;
    }
    const std::string right =
        schema.secret ? "put it in quotes" : "put it in quotes: \"" + value.string() + "\"";
    findings_.error(value, shown(value, schema) + what, right);
}

void Validator::check_text(const Value& value, const Schema& schema) {
    const std::string_view text = value.text();
    if (!schema.allowed.empty() && !is_enum_value(value, schema)) return;
    if (text.size() > schema.max_length && length_in_characters(text) > schema.max_length) {
        return findings_.error(
            value, "is longer than " + std::to_string(schema.max_length) + " characters");
    }
    if (text.size() < schema.min_length)
        return findings_.error(value, "is empty", "at least one character");
    if (const char* right = format_fault(schema.format, text)) {
        findings_.error(value, shown(value, schema) + " is not right here", right);
    }
}

bool Validator::is_enum_value(const Value& value, const Schema& schema) {
    const std::string_view text = value.text();
    if (std::find(schema.allowed.begin(), schema.allowed.end(), text) != schema.allowed.end()) {
        for (const auto& [unsupported, why] : schema.unsupported_values) {
            if (unsupported != text) continue;
            findings_.unsupported(value, value.pos(), quote(text) + " is not honoured yet", why);
        }
        return true;
    }
    for (const auto& [refused, why] : schema.refused_values) {
        if (refused != text) continue;
        findings_.error(value, quote(text) + " is not honoured here", why);
        return false;
    }
    const Names names(schema.allowed.begin(), schema.allowed.end());
    findings_.error(value, quote(text) + " is none of the values", list(names));
    return false;
}

void Validator::check_boolean(const Value& value) {
    if (!value.is_scalar()) return wrong_type(value, "true or false");
    if (value.scalar_kind() == Scalar::kBool) return;
    findings_.error(value, quote(value.text()) + " is neither true nor false",
                    value.style() == Style::kQuoted ? "write true or false without quotes"
                                                    : "write true or false");
}

void Validator::check_number(const Value& value, const Schema& schema, bool whole) {
    const char* due = whole ? "a whole number" : "a number";
    if (!value.is_scalar()) return wrong_type(value, due);
    const auto number = value.number();
    const Scalar kind = value.scalar_kind();
    if (!number || (whole && kind != Scalar::kInteger)) {
        std::string right = std::string("write ") + due;
        if (kind == Scalar::kOldNumber) right += " with plain digits";
        if (value.style() == Style::kQuoted) right += " without quotes";
        return findings_.error(value, shown(value, schema) + " is not " + due, std::move(right));
    }
    if (!schema.allowed.empty()) {
        is_enum_value(value, schema);
    } else if (schema.minimum && *number < *schema.minimum) {
        findings_.error(value, value.string() + " is too small",
                        "at least " + number_text(*schema.minimum));
    } else if (schema.maximum && *number > *schema.maximum) {
        findings_.error(value, value.string() + " is too large",
                        "at most " + number_text(*schema.maximum));
    }
}

void Validator::check_int_or_string(const Value& value, const Schema& schema) {
    if (!value.is_scalar()) return wrong_type(value, "a whole number or text");
    const Scalar kind = value.scalar_kind();
    if (kind == Scalar::kInteger || kind == Scalar::kNumber)
        return check_number(value, schema, true);
    if (kind == Scalar::kText) return check_text(value, schema);
    findings_.error(value, quote(value.text()) + " is neither a whole number nor text",
                    "put text in quotes");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto low = [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
            };
            const std::size_t change = corner + (low(a[i - 1]) != low(b[j - 1]));
            corner = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names) {
    if (word.size() > 64) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(1, std::min<std::size_t>(3, word.size() / 3)) + 1;
    for (const std::string_view name : names) {
        const std::size_t distance = edit_distance(word, name);
        if (distance < least) {
            least = distance;
            best = name;
        }
    }
    return best;
}

void validate_document(const Value& root, const KindSchema& kind, Findings& findings) {
    Validator validator(findings);
    const Value& metadata = root["metadata"];
    if (!metadata) {
        findings.absent(root, "metadata", "is missing", "metadata: {name: …}");
    } else {
        validator.check(metadata, schemas().metadata());
        const Member* ns = metadata.find("namespace");
        if (ns != nullptr && kind.cluster_scoped) {
            findings.error(*ns, "this kind has no namespace", "leave it out");
        }
    }
    validator.check_fields(root, kind.root, true);
}

}  // namespace fairway::config
