export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const place = parentElement.querySelector(".at-words")
  if (place.dataset.html !== data.html) {
    place.dataset.html = data.html
    place.innerHTML = data.html // escaped by Python
  }
  for (const mark of place.querySelectorAll("mark")) {
    const gone = data.gone.includes(mark.dataset.term)
    mark.classList.toggle("gone", gone)
    mark.setAttribute("role", "button")
    mark.setAttribute("aria-pressed", String(gone))
    mark.tabIndex = 0
    mark.onclick = () => setTriggerValue("term", mark.dataset.term)
    mark.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return
      event.preventDefault()
      mark.click()
    }
  }
}
