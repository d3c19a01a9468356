//! What the rules look at: each file of the program is parsed once, from `lib.rs` and `main.rs` along its modules, so that
//! tests and what only they declare stay out.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Meta, Token, UseTree};

/// Something that stands in a line of a file.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: usize,
    pub text: String,
}

/// A call of a method.
#[derive(Debug)]
pub struct Call {
    pub line: usize,
    /// The last name of what it is called on: `source` of `place.source.open(..)`.
    pub receiver: String,
    pub method: String,
    pub args: usize,
    /// The function that it stands in.
    pub within: String,
}

/// The definition of a type.
#[derive(Debug)]
pub struct Defined {
    pub line: usize,
    pub name: String,
    /// The number of fields of a struct.
    pub fields: usize,
}

#[derive(Debug, Default)]
pub struct Facts {
    /// `src/app/keys.rs`
    pub file: String,
    /// What is named, from the crate or another crate on, as far as the file itself tells: `crate::kinds::kube::FAMILY`. A
    /// macro ends with its mark: `writeln!`.
    pub paths: Vec<Seen>,
    /// Strings, also those in macros and patterns.
    pub texts: Vec<Seen>,
    pub calls: Vec<Call>,
    /// The types that are borrowed to be changed.
    pub changed: Vec<Seen>,
    /// Where something is awaited, or would be.
    pub awaits: Vec<Seen>,
    /// The types that are defined, except those within other types.
    pub types: Vec<Defined>,
}

/// Every file of the program.
pub static ALL: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let (src, mut files) = (root().join("src"), Vec::new());
    rust_files(&src, &mut files);
    let mut known: HashMap<PathBuf, Parsed> = parsed(files).into_iter().collect();
    let (mut next, mut out) = (vec![src.join("lib.rs"), src.join("main.rs")], Vec::new());
    while let Some(file) = next.pop() {
        let Parsed { facts, children } = known.remove(&file).unwrap_or_else(|| panic!("no {}", file.display()));
        next.extend(children);
        out.push(facts);
    }
    out
});

/// A file, and the files of the modules that it declares for more than tests.
struct Parsed {
    facts: Facts,
    children: Vec<PathBuf>,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All below a folder, without tests that have files of their own.
fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("tests" | "tests.rs") | None => {}
            Some(_) if path.is_dir() => rust_files(&path, out),
            Some(name) if name.ends_with(".rs") => out.push(path.clone()),
            Some(_) => {}
        }
    }
}

/// Syntax trees stay where they are made, and take a while: each thread makes some.
fn parsed(files: Vec<PathBuf>) -> Vec<(PathBuf, Parsed)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pieces = files.chunks(files.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let work = |piece: &[PathBuf]| piece.iter().map(|file| (file.clone(), parse(file))).collect::<Vec<_>>();
        let all: Vec<_> = pieces.map(|piece| scope.spawn(move || work(piece))).collect();
        all.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn parse(file: &Path) -> Parsed {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = file.strip_prefix(root()).unwrap().display().to_string();
    let tree = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let folder = match file.parent() {
        Some(src) if ["src/lib.rs", "src/main.rs"].contains(&name.as_str()) => src.to_owned(),
        _ => file.with_extension(""),
    };
    let child = |item: &Item| match item {
        Item::Mod(child) if child.content.is_none() && !is_test(&child.attrs) => {
            Some(folder.join(format!("{}.rs", child.ident)))
        }
        _ => None,
    };
    Parsed { children: tree.items.iter().filter_map(child).collect(), facts: Facts::read(name, &tree) }
}

impl Facts {
    /// Of a piece of source text, for tests of the rules.
    pub fn of(file: &str, text: &str) -> Self {
        Self::read(file.to_owned(), &syn::parse_file(text).unwrap())
    }

    fn read(file: String, tree: &syn::File) -> Self {
        let path = file.trim_start_matches("src/").trim_end_matches(".rs").split('/').map(str::to_owned);
        let module = path.filter(|word| word != "lib" && word != "main").collect();
        let facts = Self { file, ..Self::default() };
        let mut reader = Reader { module, names: HashMap::new(), within: Vec::new(), facts };
        tree.items.iter().for_each(|item| reader.learn(item));
        reader.visit_file(tree);
        reader.facts
    }

    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }
}

struct Reader {
    module: Vec<String>,
    /// What a first word of a path stands for: what was imported, and the modules within this one.
    names: HashMap<String, Vec<String>>,
    within: Vec<String>,
    facts: Facts,
}

/// Of the path of a macro.
fn mark(words: &mut [String]) {
    words.last_mut().into_iter().for_each(|word| word.push('!'));
}

fn line(span: Span) -> usize {
    span.start().line
}

impl Reader {
    fn learn(&mut self, item: &Item) {
        match item {
            Item::Use(item) => {
                for (path, name) in leaves(&item.tree, &[]) {
                    let path = self.whole(path);
                    self.names.insert(name, path);
                }
            }
            Item::Mod(item) => {
                let name = item.ident.to_string();
                let path = self.here().into_iter().chain([name.clone()]).collect();
                self.names.insert(name, path);
            }
            _ => {}
        }
    }

    fn here(&self) -> Vec<String> {
        std::iter::once("crate".to_owned()).chain(self.module.iter().cloned()).collect()
    }

    /// `super::x` and `self::x` from the crate on.
    fn whole(&self, path: Vec<String>) -> Vec<String> {
        let mut here = self.here();
        let ups = path.iter().take_while(|word| *word == "super").count();
        match path.first().map(String::as_str) {
            Some("self") => here.into_iter().chain(path.into_iter().skip(1)).collect(),
            Some("super") => {
                here.truncate(here.len().saturating_sub(ups).max(1));
                here.into_iter().chain(path.into_iter().skip(ups)).collect()
            }
            _ => path,
        }
    }

    fn resolved(&self, path: Vec<String>) -> Vec<String> {
        match path.first().and_then(|first| self.names.get(first)) {
            // An import of the same name as its crate stands for itself.
            Some(full) if path.first() != full.first() => full.iter().chain(&path[1..]).cloned().collect(),
            _ => self.whole(path),
        }
    }

    fn path(&mut self, words: Vec<String>, line: usize) {
        let text = self.resolved(words).join("::");
        self.facts.paths.push(Seen { line, text });
    }

    fn text(&mut self, text: String, line: usize) {
        self.facts.texts.push(Seen { line, text });
    }

    fn call(&mut self, receiver: String, method: String, args: usize, line: usize) {
        let within = self.within.last().cloned().unwrap_or_default();
        self.facts.calls.push(Call { line, receiver, method, args, within });
    }

    fn defined(&mut self, name: &syn::Ident, fields: usize) {
        self.facts.types.push(Defined { line: line(name.span()), name: name.to_string(), fields });
    }

    fn awaited(&mut self, what: &str, line: usize) {
        self.facts.awaits.push(Seen { line, text: what.to_owned() });
    }

    fn inside(&mut self, name: &syn::Ident, sig: &syn::Signature, visit: impl FnOnce(&mut Self)) {
        if sig.asyncness.is_some() {
            self.awaited("async fn", line(sig.fn_token.span));
        }
        self.within.push(name.to_string());
        visit(self);
        self.within.pop();
    }

    /// Of a macro that is no list of expressions: paths, strings and calls as far as tokens tell them.
    fn tokens(&mut self, tokens: TokenStream) {
        let all: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |i: usize, c: char| matches!(all.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
        let mut i = 0;
        while i < all.len() {
            let at = line(all[i].span());
            match &all[i] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.text(text.value(), at);
                    }
                }
                TokenTree::Ident(ident) if i > 0 && is(i - 1, '.') => {
                    let receiver = match i.checked_sub(2).map(|i| &all[i]) {
                        Some(TokenTree::Ident(ident)) => ident.to_string(),
                        _ => String::new(),
                    };
                    match all.get(i + 1) {
                        Some(TokenTree::Group(args)) => {
                            let commas = args.stream().into_iter();
                            let commas =
                                commas.filter(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ',')).count();
                            let args = if args.stream().is_empty() { 0 } else { commas + 1 };
                            self.call(receiver, ident.to_string(), args, at);
                        }
                        _ if ident == "await" => self.awaited(".await", at),
                        _ => {}
                    }
                }
                TokenTree::Ident(ident) => {
                    let mut words = vec![ident.to_string()];
                    while is(i + 1, ':') && is(i + 2, ':') {
                        let Some(TokenTree::Ident(next)) = all.get(i + 3) else { break };
                        words.push(next.to_string());
                        i += 3;
                    }
                    if is(i + 1, '!') && matches!(all.get(i + 2), Some(TokenTree::Group(_))) {
                        mark(&mut words);
                    }
                    self.path(words, at);
                }
                TokenTree::Punct(_) => {}
            }
            i += 1;
        }
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_attribute(&mut self, _: &'a Attribute) {}

    fn visit_item(&mut self, item: &'a Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        let Some((_, items)) = &item.content else { return };
        self.module.push(item.ident.to_string());
        items.iter().for_each(|item| self.learn(item));
        items.iter().for_each(|item| self.visit_item(item));
        self.module.pop();
    }

    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.defined(&item.ident, item.fields.len());
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.defined(&item.ident, 0);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.defined(&item.ident, 0);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.defined(&item.ident, 0);
        visit::visit_item_type(self, item);
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        for (path, _) in leaves(&item.tree, &[]) {
            let text = self.whole(path).join("::");
            self.facts.paths.push(Seen { line: line(item.use_token.span), text });
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let words = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(words, path.segments.first().map_or(0, |first| line(first.ident.span())));
        visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.inside(&item.sig.ident, &item.sig, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            self.inside(&item.sig.ident, &item.sig, |reader| visit::visit_impl_item_fn(reader, item));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        self.call(last_name(&call.receiver), call.method.to_string(), call.args.len(), line(call.method.span()));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_await(&mut self, expr: &'a syn::ExprAwait) {
        self.awaited(".await", line(expr.await_token.span));
        visit::visit_expr_await(self, expr);
    }

    fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
        if let (Some(_), syn::Type::Path(path)) = (&reference.mutability, &*reference.elem) {
            let text = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            self.facts.changed.push(Seen { line: line(reference.and_token.spans[0]), text });
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        self.text(literal.value(), line(literal.span()));
    }

    fn visit_macro(&mut self, item: &'a syn::Macro) {
        let mut words: Vec<String> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        mark(&mut words);
        self.path(words, item.path.segments.first().map_or(0, |first| line(first.ident.span())));
        let exprs = item.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match exprs {
            Ok(exprs) => exprs.iter().for_each(|expr| self.visit_expr(expr)),
            Err(_) => self.tokens(item.tokens.clone()),
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        meta => meta.path().is_ident("test"),
    })
}

/// The whole paths of an import, each with the name that it gets.
fn leaves(tree: &UseTree, before: &[String]) -> Vec<(Vec<String>, String)> {
    let with = |word: String| before.iter().cloned().chain([word]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string())),
        // `self` in braces is what stands before them.
        UseTree::Name(name) if name.ident == "self" => {
            vec![(before.to_vec(), before.last().cloned().unwrap_or_default())]
        }
        UseTree::Name(name) => vec![(with(name.ident.to_string()), name.ident.to_string())],
        UseTree::Rename(name) => vec![(with(name.ident.to_string()), name.rename.to_string())],
        UseTree::Glob(_) => vec![(before.to_vec(), "*".to_owned())],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| leaves(tree, before)).collect(),
    }
}

/// The name that an expression ends with, through borrows, calls and question marks.
fn last_name(expr: &Expr) -> String {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        },
        Expr::MethodCall(call) => call.method.to_string(),
        Expr::Call(call) => last_name(&call.func),
        Expr::Paren(inner) => last_name(&inner.expr),
        Expr::Reference(inner) => last_name(&inner.expr),
        Expr::Try(inner) => last_name(&inner.expr),
        Expr::Unary(inner) => last_name(&inner.expr),
        _ => String::new(),
    }
}
