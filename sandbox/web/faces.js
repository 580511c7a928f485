// What differs from marketplace to marketplace on the page: words, statuses, and what people may do to an order.
// Each tells its own in sandbox/<marketplace>/page.js, which is sent behind this.
"use strict";

const FACES = {};
const PUSH = {};
const EFFECT = {
  leased: "entregou o pedido e o reservou", acknowledged: "pedido confirmado", invoiced: "recebeu a nota fiscal",
  invoice_attached: "guardou a nota, status igual", shipped: "recebeu o envio", shipment_attached: "guardou o envio, status igual",
  delivered: "recebeu a entrega", cancel_requested: "cancelamento recebido, aguarda prazo", canceled: "cancelou o pedido",
  exception_reported: "recebeu o problema na entrega", sold: "criou pedido de teste", approved: "aprovou o pedido",
  exported: "marcou como exportado", status_created: "criou status", status_updated: "alterou status",
  stock_updated: "recebeu estoque", none: "nada mudou",
  arranged: "organizou o envio", arranged_within_the_hour: "antes de uma hora do pagamento", rearranged: "reagendou a coleta",
  picked_up: "recebeu a coleta", delivery_failed: "recebeu a falha na entrega", document_created: "começou a etiqueta",
  document_downloaded: "entregou a etiqueta", partly_canceled: "cancelou parte do pedido", accepted: "cancelamento aceito",
  rejected: "cancelamento recusado", split: "dividiu o pedido", unsplit: "juntou o pedido", stock_set: "recebeu estoque",
  token_given: "entregou o acesso", refreshed: "renovou o acesso", authorized: "loja autorizou", revoked: "loja retirou a autorização",
  push_config_set: "guardou a assinatura de avisos", lost_confirmed: "avisos perdidos confirmados",
};
