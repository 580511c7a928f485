// Dafiti on the page.
FACES.dafiti = {
  name: "Dafiti",
  status: {
    payment_pending: "Aguardando pagamento", pending: "Pendente (a enviar)", ready_to_ship: "Pronto para envio", shipped: "Enviado",
    delivered: "Entregue", failed: "Entrega falhou", returned: "Devolvido", canceled: "Cancelado",
    return_shipped_by_customer: "Devolução a caminho", return_waiting_for_approval: "Devolução em análise",
    return_rejected: "Devolução recusada", return_delivered: "Devolução entregue",
  },
  steps: ["payment_pending", "pending", "ready_to_ship", "shipped", "delivered"],
  acts: {
    payment_pending: [["pay", "Pagar"], ["overdue", "Vencer"], ["cancel", "Cancelar (comprador)"]],
    pending: [["cancel", "Cancelar (comprador)"], ["pack", "Embalar (Seller Center)"]],
    ready_to_ship: [["ship", "Coletar"]], shipped: [["deliver", "Entregar"]], delivered: [["ask_return", "Devolver"]],
  },
  paid: { status: "pending" },
  special: ["Criar pedido Dafiti Envios", { status: "pending", provider: "Dafiti Envios" }],
  queue: {
    title: "Avisos (webhooks)", empty: "Nenhum aviso pendente.", waiting: "avisos a enviar", leased: "avisos repetidos",
    hint: "Aviso não respondido com 200 é repetido em 1, 5, 10 minutos e assim por diante, por 30 dias.", until: "tenta outra vez em",
  },
};
document.head.append(Object.assign(document.createElement("style"), { textContent: `
  .payment_pending { --tone: var(--new); } .pending { --tone: var(--approved); } .ready_to_ship { --tone: var(--invoiced); }
  .shipped { --tone: var(--shipped); } .delivered { --tone: var(--delivered); }
  .failed, .returned, .canceled, [class*=" return_"] { --tone: var(--canceled); }` }));
Object.assign(PUSH, { onOrderCreated: "pedido novo", onOrderItemsStatusChanged: "status dos itens", onReturnStatusChanged: "devolução" });
Object.assign(EFFECT, {
  packed: "embalou o pedido", pickup_requested: "recebeu o pedido de coleta", tracking_set: "recebeu o rastreio",
  provider_set: "recebeu a transportadora", invoice_number_set: "recebeu o número da nota", returned: "registrou a devolução",
  return_received: "recebeu a devolução", return_rejected: "recusou a devolução", webhook_set: "guardou o aviso (webhook)",
  webhook_removed: "retirou o aviso (webhook)",
});
