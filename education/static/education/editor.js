// Helps the article editor on its way. Its box gets the name of the field. And it finds an element that it takes for its
// own style, so that it does not write one, which the content security policy would stop. The style is in editor.css;
// the element is in no namespace that means anything, so that nothing is applied.
"use strict";

const style = document.createElementNS("urn:spine-portal", "style");
style.setAttribute("data-tiptap-style", "");
document.head.append(style);

document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail;
  const { editorProps } = editor.options;
  const attributes = { role: "textbox", "aria-multiline": "true", "aria-label": textarea.getAttribute("aria-label") };
  editor.setOptions({ editorProps: { ...editorProps, attributes: { ...editorProps.attributes, ...attributes } } });
});
