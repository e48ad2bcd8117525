"""Closes the sidebar on a narrow screen when a page link in it is pressed.

Streamlit does so for its own page list but not for ``st.page_link``, where the open
sidebar would cover the page one has just asked for. The component draws nothing.
"""

from __future__ import annotations

import streamlit as st

_JS = """
export default function (component) {
  const { parentElement } = component
  if (parentElement.atCleanUp) parentElement.atCleanUp()
  const onClick = (event) => {
    const link = event.target.closest("[data-testid=stSidebar] .stPageLink a")
    if (!link || !window.matchMedia("(max-width: 768px)").matches) return
    setTimeout(() => {
      const button = document.querySelector("[data-testid=stSidebarCollapseButton] button")
      if (button) button.click()
    }, 50)
  }
  document.addEventListener("click", onClick)
  parentElement.atCleanUp = () => {
    document.removeEventListener("click", onClick)
    parentElement.atCleanUp = null
  }
  return parentElement.atCleanUp
}
"""

_component = st.components.v2.component(
    "arxivtag_close_sidebar", html="<span hidden></span>\n", js=_JS
)


def close_sidebar_after_links() -> None:
    """Mount the component; call it once per page, in the sidebar."""
    _component(key="close-sidebar", height=1)
