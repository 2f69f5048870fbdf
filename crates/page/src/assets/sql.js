// The editor of queries: completes the names of tables, columns, functions and keywords.
{
  const editor = document.querySelector("textarea[data-names]");
  const MOST = 40;
  let names = null, shown = [], active = -1;

  // What kinds of names are called in the visitor's language.
  const kinds = new Map((editor?.dataset.kinds ?? "").split(" ").map((pair) => pair.split("=")));
  const list = document.createElement("ul");
  const told = document.createElement("p");

  const isWord = (sign) => /[\p{L}\p{N}_.]/u.test(sign);
  // What is typed before the cursor, back to the last sign that no name has.
  const typed = () => {
    const before = editor.value.slice(0, editor.selectionStart);
    let from = before.length;
    while (from > 0 && isWord(before[from - 1])) from -= 1;
    return { before: before.slice(0, from), word: before.slice(from) };
  };
  const quote = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

  // Tables that the query names, with the names that it gives them.
  const named = () => {
    const found = [];
    const pattern = /\b(?:from|join)\s+([\w."]+)(?:\s+(?:as\s+)?(\w+))?/giu;
    for (const [, table, alias] of editor.value.matchAll(pattern)) {
      const [schema, name] = table.replaceAll('"', "").split(".");
      const known = names.tables.find((known) => known.schema === schema && known.table === name);
      if (known) found.push({ columns: known.columns, called: [alias, name, `${schema}.${name}`] });
    }
    return found;
  };

  const suggestions = () => {
    const { before, word } = typed();
    const path = word.split(".");
    const last = path.pop().toLowerCase();
    const fits = (name) => name.toLowerCase().startsWith(last);
    const found = [];
    const add = (text, kind) => found.push({ text, kind });
    if (path.length > 0) {
      const owner = path.join(".").toLowerCase();
      for (const table of named()) {
        if (table.called.some((name) => name && name.toLowerCase() === owner)) {
          table.columns.filter(fits).forEach((name) => add(quote(name), "column"));
        }
      }
      names.tables.filter(({ schema, table }) => schema === owner && fits(table)).forEach(({ table }) => add(quote(table), "table"));
    } else if (/(?:from|join)\s+$/iu.test(before)) {
      const has = ({ schema, table }) => fits(schema) || fits(table);
      names.tables.filter(has).forEach(({ schema, table }) => add(`${quote(schema)}.${quote(table)}`, "table"));
    } else {
      named().forEach((table) => table.columns.filter(fits).forEach((name) => add(quote(name), "column")));
      names.keywords.filter(fits).forEach((name) => add(name, "keyword"));
      names.functions.filter(fits).forEach((name) => add(`${name}(`, "function"));
      [...new Set(names.tables.map(({ schema }) => schema))].filter(fits).forEach((name) => add(`${quote(name)}.`, "schema"));
    }
    const seen = new Set();
    return found.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, MOST);
  };

  const isOpen = () => !list.hidden;
  const close = () => {
    list.hidden = true;
    active = -1;
    editor.removeAttribute("aria-activedescendant");
    told.textContent = "";
  };
  const activate = (at) => {
    active = at;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const option = list.children[at];
    if (!option) return editor.removeAttribute("aria-activedescendant");
    editor.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const accept = (at) => {
    const { word } = typed();
    const last = word.split(".").pop();
    const end = editor.selectionStart;
    editor.setRangeText(shown[at].text, end - last.length, end, "end");
    close();
    editor.focus();
  };
  const open = (first) => {
    shown = suggestions();
    if (shown.length === 0) return close();
    list.replaceChildren(...shown.map(({ text, kind }, at) => {
      const option = document.createElement("li");
      option.id = `suggestion-${at}`;
      option.setAttribute("role", "option");
      const small = document.createElement("span");
      small.className = "kind";
      small.textContent = kinds.get(kind);
      option.append(text, " ", small);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); accept(at); });
      return option;
    }));
    list.hidden = false;
    told.textContent = `${shown.length} ${editor.dataset.found}`;
    activate(first);
  };
  const load = async () => {
    if (names) return true;
    const answer = await fetch(editor.dataset.names).catch(() => null);
    if (!answer || !answer.ok) return false;
    names = await answer.json();
    return true;
  };

  const onKey = (event) => {
    const { key, ctrlKey, metaKey } = event;
    const does = (what) => { event.preventDefault(); what(); };
    if ((ctrlKey || metaKey) && key === "Enter") return does(() => editor.form.requestSubmit());
    if (ctrlKey && (key === " " || event.code === "Space")) return does(() => load().then((is) => is && open(0)));
    if (!isOpen()) return;
    if (key === "Escape") does(close);
    else if (key === "ArrowDown") does(() => activate((active + 1) % shown.length));
    else if (key === "ArrowUp") does(() => activate((active + shown.length - (active < 0 ? 0 : 1)) % shown.length));
    else if (key === "Enter" && active >= 0) does(() => accept(active));
    // Tab goes on to the next field, as everywhere.
    else if (key === "Tab") close();
  };

  if (editor) {
    list.id = "suggestions";
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", editor.dataset.label);
    told.className = "quiet";
    told.setAttribute("role", "status");
    editor.after(list, told);
    editor.setAttribute("aria-autocomplete", "list");
    editor.setAttribute("aria-controls", list.id);
    editor.setAttribute("aria-haspopup", "listbox");
    editor.addEventListener("keydown", onKey);
    editor.addEventListener("input", () => {
      const { word } = typed();
      if (isOpen() || word.length > 1) load().then((is) => is && (word ? open(-1) : close()));
    });
    editor.addEventListener("blur", close);
    editor.addEventListener("focus", () => load(), { once: true });
  }
}
