"""Makes a Streamlit text area answer to a paste, and to a pause in typing, by itself.

Streamlit sends a text area's content when it loses focus or on Ctrl+Enter. This component
draws nothing; it presses Ctrl+Enter for the reader after a paste and after a pause. Without
it (or where a browser refuses) the page works as before: button, Ctrl+Enter, or a click
elsewhere.
"""

from __future__ import annotations

import streamlit as st

PAUSE_MS = 700

_JS = """
export default function (component) {
  const { data } = component
  const find = () => document.querySelector(`textarea[aria-label="${data.label}"]`)
  const commit = (area) => {
    for (const type of ["keydown", "keypress", "keyup"]) {
      area.dispatchEvent(new KeyboardEvent(type, {
        key: "Enter", code: "Enter", keyCode: 13, which: 13,
        ctrlKey: true, bubbles: true, cancelable: true,
      }))
    }
  }
  let timer = null
  const later = (milliseconds) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const area = find()
      if (area && document.activeElement === area) commit(area)
    }, milliseconds)
  }
  const isOurs = (event) => event.target && event.target === find()
  const onPaste = (event) => { if (isOurs(event)) later(40) }
  const onInput = (event) => {
    if (!isOurs(event)) return
    later(event.inputType === "insertFromPaste" ? 40 : data.pause_ms)
  }
  document.addEventListener("paste", onPaste)
  document.addEventListener("input", onInput)
  if (component.parentElement.atCleanUp) component.parentElement.atCleanUp()
  const cleanUp = () => {
    clearTimeout(timer)
    document.removeEventListener("paste", onPaste)
    document.removeEventListener("input", onInput)
    component.parentElement.atCleanUp = null
  }
  component.parentElement.atCleanUp = cleanUp
  return cleanUp
}
"""

_component = st.components.v2.component(
    "arxivtag_commit_on_paste", html="<span hidden></span>\n", js=_JS
)


def commit_on_paste(label: str, key: str) -> None:
    """Make the text area with this label send its content after a paste or a pause."""
    _component(key=key, data={"label": label, "pause_ms": PAUSE_MS}, height=1)
