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
