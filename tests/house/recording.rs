//! A recording for sharing holds no text: no type of what it can hold has a field for one.

use syn::visit::{Visit, visit_item};

use crate::facts::root;

/// Types that hold no text, and the two that hold pseudonyms and words of the program.
const ALLOWED: &[&str] =
    &["Option", "Vec", "bool", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "f32", "Alias", "Sort"];
/// The one place of a single character: keys where they are commands.
const CHARACTER: &str = "Character";

/// The names in the types of all fields, each with the field or variant that it stands in.
#[derive(Default)]
struct Fields {
    own: Vec<String>,
    named: Vec<(String, String)>,
    other: Vec<&'static str>,
    variant: String,
}

impl<'a> Visit<'a> for Fields {
    fn visit_item(&mut self, item: &'a syn::Item) {
        match item {
            syn::Item::Struct(item) => self.own.push(item.ident.to_string()),
            syn::Item::Enum(item) => self.own.push(item.ident.to_string()),
            syn::Item::Use(_) => return,
            _ => self.other.push("something other than a struct or an enum"),
        }
        visit_item(self, item);
    }

    fn visit_variant(&mut self, variant: &'a syn::Variant) {
        self.variant = variant.ident.to_string();
        syn::visit::visit_variant(self, variant);
        self.variant.clear();
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        field.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        self.visit_type(&field.ty);
    }

    fn visit_type(&mut self, ty: &'a syn::Type) {
        match ty {
            syn::Type::Path(_) | syn::Type::Tuple(_) => syn::visit::visit_type(self, ty),
            _ => self.other.push("a type that is no plain name"),
        }
    }

    fn visit_path_segment(&mut self, segment: &'a syn::PathSegment) {
        self.named.push((self.variant.clone(), segment.ident.to_string()));
        syn::visit::visit_path_segment(self, segment);
    }

    /// Attributes name no fields.
    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        let words = quoted(attribute);
        if words.contains("with") || words.contains("into") {
            self.other.push("a field that is written by a function");
        }
    }
}

fn quoted(attribute: &syn::Attribute) -> String {
    match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("serde") => list.tokens.to_string(),
        _ => String::new(),
    }
}

/// What is wrong with the text of `outline.rs`.
fn faults(text: &str) -> Vec<String> {
    let mut fields = Fields::default();
    fields.visit_file(&syn::parse_file(text).unwrap());
    let is_fine = |(variant, name): &&(String, String)| {
        ALLOWED.contains(&name.as_str()) || fields.own.contains(name) || name == "char" && variant == CHARACTER
    };
    let named = fields.named.iter().filter(|named| !is_fine(named)).map(|(_, name)| name.clone());
    named.chain(fields.other.iter().map(|&what| what.to_owned())).collect()
}

#[test]
fn a_recording_for_sharing_has_no_place_for_a_text() {
    let text = std::fs::read_to_string(root().join("src/runtime/recording/outline.rs")).unwrap();
    assert_eq!(faults(&text), [""; 0]);
}

#[test]
fn a_place_for_a_text_is_noticed() {
    for wrong in [
        "struct A { name: String }",
        "struct A { name: &'static str }",
        "struct A { name: Option<Str> }",
        "struct A(Vec<char>);",
        "struct A { bytes: [u8; 4] }",
        "struct A { body: Box<Value> }",
        "enum A { B { why: crate::model::Error } }",
        "struct A { #[serde(serialize_with = \"f\")] at: u8 }",
        "struct A(u8); impl Serialize for A {}",
        "type A = String; struct B(A);",
    ] {
        assert_ne!(faults(wrong), [""; 0], "{wrong}");
    }
    for right in
        ["struct A { a: u8, b: Option<B> } enum B { C, D(Vec<(Alias, usize)>) }", "enum Key { Character(char) }"]
    {
        assert_eq!(faults(right), [""; 0], "{right}");
    }
}
