// Makes an element's content like that of another, and touches only what differs: what is selected, focused or read aloud
// stays where it is.
export function morph(old, fresh) {
  const before = [...old.childNodes]
  const after = [...fresh.childNodes]
  after.forEach((node, place) => {
    const known = before[place]
    if (!known) old.append(node)
    else if (known.nodeType !== node.nodeType || known.nodeName !== node.nodeName) known.replaceWith(node)
    else if (node.nodeType !== Node.ELEMENT_NODE) {
      if (known.nodeValue !== node.nodeValue) known.nodeValue = node.nodeValue
    } else {
      attributes(known, node)
      morph(known, node)
    }
  })
  for (const node of before.slice(after.length)) node.remove()
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
}
