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
  const onPaste = (event) => {
    if (!isOurs(event)) return
    // What is pasted takes the place of an example; typing changes it.
    if (data.example && event.target.value === data.example) event.target.select()
    later(40)
  }
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
